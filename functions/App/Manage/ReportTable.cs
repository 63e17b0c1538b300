using System.Text;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A run's log lines as comma-separated values (RFC 4180), which spreadsheets open as they are.</summary>
public static class ReportTable
{
    private const int PageSize = 1000;

    /// <summary>The beginning of a text that spreadsheets would take for a formula: a record's name may be anybody's words.</summary>
    private const string Formulas = "=+-@\t\r";

    private static readonly string[] Columns = ["time", "what", "kind", "side", "id", "name", "text", "what to do"];

    public static async Task<byte[]> WriteAsync(IntegrationLog log, FlowKey flow, LogFilter filter, CancellationToken cancellation)
    {
        var table = new StringBuilder();
        Add(table, Columns);
        string? continuation = null;
        do
        {
            var page = await log.ListAsync(flow, filter, continuation, PageSize, cancellation);
            foreach (var line in page.Items) Add(table, [line.At.ToString("u"), line.Code, line.Kind, line.Side?.ToString().ToLowerInvariant(), line.RecordId, line.Label, line.Text, line.WhatToDo]);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        // With its mark, without which some spreadsheets read it as something else.
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(table.ToString())];
    }

    public static void Add(StringBuilder table, IEnumerable<string?> values) => table.AppendJoin(',', values.Select(Cell)).Append("\r\n");

    private static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        var text = Formulas.Contains(value[0], StringComparison.Ordinal) ? $"'{value}" : value;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
