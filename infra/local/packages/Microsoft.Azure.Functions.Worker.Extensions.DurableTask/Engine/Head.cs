using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>The head row of an instance. Its ETag is the version of the whole partition: every commit replaces it, if unchanged.</summary>
internal sealed record Head
{
    /// <summary>Longer texts get a row of their own.</summary>
    public const int LongestInline = 8_000;

    public required string InstanceId { get; init; }

    public required string Name { get; init; }

    /// <summary>One life of the instance id: a new one each time it is started, the same for all its generations.</summary>
    public required string Execution { get; init; }

    public required OrchestrationRuntimeStatus Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Rises by one with each continue-as-new, and when an ended instance is started again.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>Turns in the history of this generation.</summary>
    public int Turns { get; init; }

    /// <summary>The process that works on the instance; it holds as long as that process is alive. Empty: anyone may.</summary>
    public string Owner { get; init; } = "";

    public Caller? Caller { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Null also where it is too long: see <see cref="HasInputRow"/>.</summary>
    public string? Input { get; init; }

    public bool HasInputRow { get; init; }

    /// <summary>Null also where it is too long: see <see cref="HasOutcomeRow"/>.</summary>
    public string? Output { get; init; }

    public bool HasOutcomeRow { get; init; }

    public string? CustomStatus { get; init; }

    public bool IsEnded => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public TableEntity ToRow() => new(Keys.Partition(InstanceId), Keys.Head)
    {
        [nameof(Name)] = Name,
        [nameof(Execution)] = Execution,
        [nameof(Status)] = Status.ToString(),
        [nameof(CreatedAt)] = CreatedAt,
        [nameof(UpdatedAt)] = UpdatedAt,
        [nameof(EndedAt)] = EndedAt,
        [nameof(StartAt)] = StartAt,
        [nameof(Generation)] = Generation,
        [nameof(Turns)] = Turns,
        [nameof(Owner)] = Owner,
        [nameof(Caller)] = Caller is null ? null : JsonSerializer.Serialize(Caller),
        [nameof(Tags)] = Tags.Count == 0 ? null : JsonSerializer.Serialize(Tags),
        [nameof(Input)] = Input,
        [nameof(HasInputRow)] = HasInputRow,
        [nameof(Output)] = Output,
        [nameof(HasOutcomeRow)] = HasOutcomeRow,
        [nameof(CustomStatus)] = CustomStatus,
    };

    public static Head Of(TableEntity row) => new()
    {
        InstanceId = Keys.Unescape(row.PartitionKey),
        Name = row.GetString(nameof(Name)),
        Execution = row.GetString(nameof(Execution)),
        Status = Enum.Parse<OrchestrationRuntimeStatus>(row.GetString(nameof(Status))),
        CreatedAt = row.GetDateTimeOffset(nameof(CreatedAt))!.Value,
        UpdatedAt = row.GetDateTimeOffset(nameof(UpdatedAt))!.Value,
        EndedAt = row.GetDateTimeOffset(nameof(EndedAt)),
        StartAt = row.GetDateTimeOffset(nameof(StartAt)),
        Generation = row.GetInt32(nameof(Generation))!.Value,
        Turns = row.GetInt32(nameof(Turns))!.Value,
        Owner = row.GetString(nameof(Owner)) ?? "",
        Caller = row.GetString(nameof(Caller)) is { } caller ? JsonSerializer.Deserialize<Caller>(caller) : null,
        Tags = row.GetString(nameof(Tags)) is { } tags ? JsonSerializer.Deserialize<Dictionary<string, string>>(tags)! : new Dictionary<string, string>(),
        Input = row.GetString(nameof(Input)),
        HasInputRow = row.GetBoolean(nameof(HasInputRow)) == true,
        Output = row.GetString(nameof(Output)),
        HasOutcomeRow = row.GetBoolean(nameof(HasOutcomeRow)) == true,
        CustomStatus = row.GetString(nameof(CustomStatus)),
    };
}

/// <summary>How an instance ended, where that does not fit the head.</summary>
internal sealed record Outcome(string? Output, TaskFailureDetails? Failure);

/// <summary>The row of the work index: from when on the instance wants attention, and who gives it.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="Due">Never later than the time the instance next wants attention.</param>
/// <param name="Owner">The process that works on it, as far as the writer knew; empty: anyone may.</param>
/// <param name="Writer">The process that wrote the row; empty: one that is only a client.</param>
/// <param name="WrittenAt">When it wrote it.</param>
/// <param name="ETag">The row's version.</param>
internal sealed record WorkRow(string InstanceId, DateTimeOffset Due, string Owner, string Writer, DateTimeOffset WrittenAt, ETag ETag)
{
    public TableEntity ToRow() => new(Keys.Work, Keys.WorkOf(InstanceId))
    {
        [nameof(Due)] = Due,
        [nameof(Owner)] = Owner,
        [nameof(Writer)] = Writer,
        [nameof(WrittenAt)] = WrittenAt,
    };

    public static WorkRow Of(TableEntity row) => new(
        Keys.Unescape(row.RowKey[2..]),
        row.GetDateTimeOffset(nameof(Due))!.Value,
        row.GetString(nameof(Owner)) ?? "",
        row.GetString(nameof(Writer)) ?? "",
        row.GetDateTimeOffset(nameof(WrittenAt))!.Value,
        row.ETag);
}
