using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

/// <summary>How far the setting up of a flow has come. Stored with the flow, so that anybody can go on where somebody left.</summary>
public sealed record SetupDocument
{
    /// <summary>The document's name in the flow's store.</summary>
    public const string Name = "setup";

    public static readonly SetupDocument Empty = new();

    public DateTimeOffset? TeamSavedAt { get; init; }

    /// <summary>Whose match was seen when the team was saved: another person who signs in later has to be matched too.</summary>
    public string? MatchedUser { get; init; }

    /// <summary>Staff without a team member, for whom the import creates one.</summary>
    public ImmutableArray<string> WithoutCounterpart { get; init; } = [];

    public DateTimeOffset? StagesSavedAt { get; init; }

    public SetupImport? Import { get; init; }

    public DateTimeOffset? SkippedAt { get; init; }
}

/// <param name="Run">Null while the run is being started.</param>
/// <param name="Notify">Who is told when it is complete.</param>
public sealed record SetupImport(RunId? Run, DateTimeOffset StartedAt, string? Notify)
{
    public DateTimeOffset? CompletedAt { get; init; }

    public ImportReport? Report { get; init; }

    public SetupMail Mail { get; init; } = SetupMail.NotDue;
}

[JsonConverter(typeof(JsonStringEnumConverter<MailState>))]
public enum MailState
{
    NotDue,

    /// <summary>Somebody is sending it, until <see cref="SetupMail.At"/>; who died while sending is followed by another, with the same message id.</summary>
    Claimed,
    Sent,

    /// <summary>Nobody asked for it.</summary>
    NotWanted,

    /// <summary>The app has no mail server.</summary>
    NotConfigured,

    /// <summary>The mail server refused it, as often as it was tried.</summary>
    Failed,
}

public sealed record SetupMail(MailState State, DateTimeOffset? At = null, int Attempts = 0)
{
    public static readonly SetupMail NotDue = new(MailState.NotDue);

    public bool IsSettled => State is MailState.Sent or MailState.NotWanted or MailState.NotConfigured or MailState.Failed;
}

/// <summary>What is on both sides after an import, by kind.</summary>
public sealed record ImportReport(ImmutableArray<ImportedKind> Kinds, DateTimeOffset CountedAt);

/// <param name="Left">Records that the left system has.</param>
/// <param name="Linked">Pairs of records that are linked.</param>
/// <param name="UnmatchedLeft">Records of the left system without a counterpart.</param>
public sealed record ImportedKind(string Kind, int Left, int Right, int Linked, int UnmatchedLeft, int UnmatchedRight, int Failed);
