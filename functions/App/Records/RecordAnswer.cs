using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Records;

[JsonConverter(typeof(JsonStringEnumConverter<RecordOutcome>))]
public enum RecordOutcome
{
    Created,
    Updated,
    Unchanged,

    /// <summary>It goes over by itself, later.</summary>
    Held,

    /// <summary>Both sides had changed it; what was decided stands in the reasons.</summary>
    Conflict,

    /// <summary>It does not go over as things are.</summary>
    Rejected,

    /// <summary>It is still being done.</summary>
    Pending,
}

/// <param name="Code">For programs.</param>
/// <param name="Text">For people.</param>
/// <param name="Field">Where it is about one.</param>
public sealed record RecordReason(string Code, string Text, string? Field = null);

public sealed record RecordSide(string Id);

/// <summary>What became of a record that was posted.</summary>
/// <param name="Link">Of the record and its counterpart.</param>
/// <param name="Left">Where it stands on the left side, also where it was made there and goes no further.</param>
public sealed record RecordAnswer(RecordOutcome Result, ImmutableArray<RecordReason> Reasons, string? Link = null, RecordSide? Left = null, RecordSide? Right = null, DateTimeOffset? HeldUntil = null)
{
    public static RecordAnswer Rejected(string code, string text, string? field = null) => new(RecordOutcome.Rejected, [new(code, text, field)]);

    /// <param name="brought">What was done to the record on the side that it was posted to.</param>
    /// <param name="id">The record's on that side.</param>
    /// <param name="synced">What the flow then made of it.</param>
    internal static RecordAnswer Of(WorkScope scope, Side side, string id, Brought brought, RecordSyncResult synced)
    {
        List<SyncAction> actions = [.. synced.Plans.SelectMany(plan => plan.Actions)];
        ImmutableArray<SyncAction> last = synced.Plans is [.., var end] ? end.Actions : [];
        ImmutableArray<RecordReason> reasons = [.. actions.Select(action => ReasonOf(scope, action)).OfType<RecordReason>().Distinct()];
        if (synced.Failure is { } failure) reasons = [.. reasons, new("refused", failure.Message)];
        if (synced.IsBusy) reasons = [.. reasons, new("busy", "Somebody else is working on the record; it is looked at again by itself.")];
        var waits = last.OfType<SyncAction.Hold>().Select(hold => (DateTimeOffset?)hold.Until).Max();
        var result = synced switch
        {
            // The work list has it, and tries it again.
            { Failure: { } failed } => failed.Kind is FailureKind.Permanent ? RecordOutcome.Rejected : RecordOutcome.Held,
            _ when synced.IsBusy => RecordOutcome.Held,
            _ when actions.Exists(action => action is SyncAction.Conflict) => RecordOutcome.Conflict,
            _ when waits is not null => RecordOutcome.Held,
            _ when actions.Exists(action => action is SyncAction.Create) => RecordOutcome.Created,
            _ when actions.Exists(action => action is SyncAction.Write or SyncAction.Join or SyncAction.Delete or SyncAction.Resume) => brought == Brought.Made ? RecordOutcome.Created : RecordOutcome.Updated,
            _ when last.Any(action => action is SyncAction.Park or SyncAction.Postpone) => RecordOutcome.Held,
            _ when last.Any(action => action is SyncAction.Offer or SyncAction.Skip or SyncAction.End) => RecordOutcome.Rejected,
            _ when brought == Brought.Made => RecordOutcome.Created,
            _ => brought == Brought.Edited ? RecordOutcome.Updated : RecordOutcome.Unchanged,
        };
        var (left, right) = (synced.Now?.LeftId, synced.Now?.RightId);
        if (side == Side.Left) left ??= id;
        else right ??= id;
        return new RecordAnswer(result, reasons, synced.Now?.Id.Value, left is null ? null : new RecordSide(left), right is null ? null : new RecordSide(right), result == RecordOutcome.Held ? waits ?? synced.Failure?.Until : null);
    }

    private static RecordReason? ReasonOf(WorkScope scope, SyncAction action) => action switch
    {
        SyncAction.Hold hold => new("held", $"{string.Join(", ", hold.Fields.Keys)}: the other side was changed last.", hold.Fields.Count == 1 ? hold.Fields.Keys.First() : null),
        SyncAction.Discard discard => new("dropped", $"{string.Join(", ", discard.Fields.Keys)}: what was held is dropped."),
        SyncAction.Conflict conflict => new("conflict", $"It was changed on both sides; {scope.NameOf(conflict.Winner)} wins.", conflict.Field),
        SyncAction.Park park => new("reference", $"Its {park.Field} is not linked yet.", park.Field),
        SyncAction.Postpone postpone => new("early", postpone.Why),
        SyncAction.Offer { Candidates.Length: > 1 } offer => new("ambiguous", offer.Reason),
        SyncAction.Offer offer => new("unmatched", offer.Reason),
        SyncAction.Skip skip => new(Story.CodeOf(skip.Reason), skip.Detail),
        SyncAction.End end => new("ended", end.Reason),
        _ => null,
    };
}
