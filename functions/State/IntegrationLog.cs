using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

[JsonConverter(typeof(JsonStringEnumConverter<LogSeverity>))]
public enum LogSeverity
{
    Info,
    Warning,
    Error,
}

/// <summary>What a tenant's administrator reads about a flow.</summary>
/// <param name="Code">Stable, for filters and help pages.</param>
public sealed record LogEntry(DateTimeOffset At, LogSeverity Level, string Code, string Text)
{
    public string? Kind { get; init; }

    public Side? Side { get; init; }

    public string? RecordId { get; init; }

    /// <summary>The record's name for people.</summary>
    public string? Label { get; init; }

    /// <summary>Of a part that has no link: its project's.</summary>
    public LinkId? LinkId { get; init; }

    public RunId? RunId { get; init; }

    public string? WhatToDo { get; init; }

    public ImmutableSortedDictionary<string, string> Values { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Null: any.</summary>
public sealed record LogFilter
{
    public static readonly LogFilter None = new();

    public string? Kind { get; init; }

    public LogSeverity? Level { get; init; }

    public string? Code { get; init; }

    public RunId? Run { get; init; }

    public string? RecordId { get; init; }

    /// <summary>A link; what lives inside a record has the same.</summary>
    public LinkId? Link { get; init; }

    /// <summary>The link of a project: what is inside it counts, too.</summary>
    public LinkId? Project { get; init; }
}

public sealed class IntegrationLog(StateTables tables, IdSource ids)
{
    public Task AppendAsync(FlowKey flow, IReadOnlyList<LogEntry> entries, CancellationToken cancellation)
    {
        var keyOf = AppendLog.NewKeys(ids);
        return AppendLog.AppendAsync(tables.Log, entries.Select((entry, number) => ToRow(Keys.Flow(flow), keyOf(entry.At, number), entry)), cancellation);
    }

    /// <summary>The newest first.</summary>
    public async Task<Page<LogEntry>> ListAsync(FlowKey flow, LogFilter filter, string? continuation, int max, CancellationToken cancellation)
    {
        var page = await tables.Log.PageAsync(Keys.Flow(flow), Keys.NewestFirstRange, Condition(filter), continuation, max, cancellation);
        return new([.. page.Items.Select(FromRow)], page.Continuation);
    }

    /// <returns>How many lines were older.</returns>
    public Task<int> RemoveBeforeAsync(FlowKey flow, DateTimeOffset before, CancellationToken cancellation) =>
        AppendLog.RemoveBeforeAsync(tables.Log, Keys.Flow(flow), before, cancellation);

    internal static string? Condition(LogFilter filter)
    {
        var conditions = new List<string>();
        if (filter.Kind is { } kind) conditions.Add(Filter.Where($"Kind eq {kind}"));
        if (filter.Level?.ToString() is { } level) conditions.Add(Filter.Where($"Level eq {level}"));
        if (filter.Code is { } code) conditions.Add(Filter.Where($"Code eq {code}"));
        if (filter.Run?.Value is { } run) conditions.Add(Filter.Where($"Run eq {run}"));
        if (filter.RecordId is { } id && Keys.Escape(id) is var record) conditions.Add(Filter.Where($"Record eq {record}"));
        if (filter.Link?.Value is { } link) conditions.Add(Filter.Where($"Link eq {link}"));
        if (filter.Project is { } project) conditions.Add(Filter.LinkOf(project));
        return conditions.Count == 0 ? null : Filter.And(conditions);
    }

    private static TableEntity ToRow(string partition, string key, LogEntry entry) => Row.New(partition, key)
        .Put("At", entry.At)
        .Put<LogSeverity>("Level", entry.Level)
        .Put("Code", entry.Code)
        .PutClipped("Text", entry.Text, 8000)
        .Put("Kind", entry.Kind)
        .Put("Side", entry.Side)
        .PutId("Record", entry.RecordId)
        .PutClipped("Label", entry.Label, 500)
        .Put("Link", entry.LinkId?.Value)
        .Put("Run", entry.RunId?.Value)
        .PutClipped("WhatToDo", entry.WhatToDo, 4000)
        .PutJson("Values", entry.Values);

    internal static LogEntry FromRow(TableEntity row) => new(row.Time("At"), row.Enum<LogSeverity>("Level"), row.Text("Code"), row.Text("Text"))
    {
        Kind = row.GetString("Kind"),
        Side = row.EnumOrNull<Side>("Side"),
        RecordId = row.IdOrNull("Record"),
        Label = row.GetString("Label"),
        LinkId = row.GetString("Link") is { } link ? new LinkId(link) : null,
        RunId = row.GetString("Run") is { } run ? new RunId(run) : null,
        WhatToDo = row.GetString("WhatToDo"),
        Values = row.Json<ImmutableSortedDictionary<string, string>>("Values"),
    };
}
