using System.Text;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A plan as text in columns, for a terminal.</summary>
public static class PlanTable
{
    private const int LongestCell = 60;

    private static readonly string[] Head = ["KIND", "SIDE", "RECORD", "NAME", "ACTION", "TO", "WHAT"];

    /// <param name="continuation">Where more of it begins.</param>
    public static string Of(IReadOnlyList<PlanLine> lines, string? continuation)
    {
        List<string[]> rows = [Head, .. lines.Select(Cells)];
        var widths = Head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows) text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        if (lines.Count == 0) text.AppendLine("Nothing is to be done.");
        if (continuation is not null) text.AppendLine().Append("More: ?format=table&continuation=").AppendLine(Uri.EscapeDataString(continuation));
        return text.ToString();
    }

    private static string[] Cells(PlanLine line) =>
        [line.Kind, Word(line.Side), Cut(line.RecordId), Cut(line.Label), line.Action, line.Target is { } target ? Word(target) : "", What(line)];

    private static string What(PlanLine line) =>
        string.Join("; ", line.Fields.Select(field => field.Before.IsBlank ? $"{field.Name}: {Shown(field.After)}" : $"{field.Name}: {Shown(field.Before)} -> {Shown(field.After)}").Append(line.Reason).Where(part => !string.IsNullOrEmpty(part)));

    private static string Shown(FieldValue value) => value.IsBlank ? "(blank)" : Cut(value.ToString() ?? "");

    private static string Word(Side side) => side.ToString().ToLowerInvariant();

    /// <summary>One line, whatever a vendor's text holds.</summary>
    private static string Cut(string text)
    {
        var line = string.Concat(text.Select(unit => char.IsControl(unit) ? ' ' : unit));
        return line.Length <= LongestCell ? line : $"{line.AsSpan(0, LongestCell - 1)}…";
    }
}
