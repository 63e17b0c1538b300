using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>The integration log's words for what happened: for a person, with what to do next where there is something to do.</summary>
internal static class Story
{
    public const string SkipPrefix = "skipped-";

    public static LogEntry Of(WorkScope scope, SyncCase item, DateTimeOffset at, LogSeverity severity, string code, string text, string? whatToDo = null) =>
        new(at, severity, code, text)
        {
            Kind = scope.Kind.Name,
            Side = item.Source,
            RecordId = item.SourceId,
            Label = item.Label,
            LinkId = item.LinkId ?? item.Project,
            RunId = scope.Run,
            WhatToDo = whatToDo,
        };

    /// <summary>What a planned action means before anything is written; null where only its outcome is worth a line.</summary>
    public static LogEntry? Of(WorkScope scope, SyncCase item, SyncAction action, DateTimeOffset at) => action switch
    {
        SyncAction.Join join => Of(scope, item, at, LogSeverity.Info, "linked", $"Linked with its counterpart: {join.Reason}."),
        SyncAction.Conflict conflict => Of(scope, item, at, LogSeverity.Warning, "conflict", $"{conflict.Field} was changed on both sides; {Name(scope, conflict.Winner)} wins.", "If the other value is the right one, restore it in the list of conflicts.") with
        {
            Values = ImmutableSortedDictionary<string, string>.Empty
                .Add("conflict", IdOf(scope, item, conflict).Value)
                .Add("field", conflict.Field)
                .Add("winner", conflict.Winner.ToString())
                .Add("left", Short(conflict.Left))
                .Add("right", Short(conflict.Right)),
        },
        SyncAction.Hold hold => Of(scope, item, at, LogSeverity.Info, "held", $"A change in {Name(scope, hold.Source)} waits until {hold.Until:u}, since the other side was changed last.", "Nothing: it is planned again by itself then. To have it now, push the field by hand, or release the lock of the link."),
        SyncAction.Discard discard => Of(scope, item, at, LogSeverity.Warning, "discarded", $"A held change in {Name(scope, discard.Source)} was dropped: {Names(discard.Fields)}.", "If it was wanted, make it once more, or push the field by hand."),
        SyncAction.Tell { What: ReactionEvent.ProspectAdded } told => Of(scope, item, at, LogSeverity.Info, "prospect-added", $"Prospect added: {told.Status}."),
        SyncAction.Tell told => Of(scope, item, at, LogSeverity.Info, "prospect-status-changed", $"Prospect status changed: {told.Before} to {told.Status}."),
        SyncAction.Park park => Of(scope, item, at, LogSeverity.Info, "parked", $"Waits until its {park.Field} is linked.", $"Link or create {park.Kind} {park.RecordId} of {Name(scope, park.Source)} if this lasts."),
        SyncAction.Offer offer => Of(scope, item, at, LogSeverity.Warning, "unmatched", $"Not linked: {offer.Reason}.", "Link it by hand in the list of unmatched records."),
        SyncAction.Skip skip => Of(scope, item, at, LogSeverity.Info, CodeOf(skip.Reason), skip.Detail, AdviceFor(skip.Reason)),
        SyncAction.Resume resume => Of(scope, item, at, LogSeverity.Info, "resumed", $"Goes on: {resume.Reason}."),
        SyncAction.Move move => Of(scope, item, at, LogSeverity.Info, "merged", $"{Name(scope, move.Side)} merged it into {move.Id}; the link follows."),
        SyncAction.Cross { IsOutside: true } cross => Of(scope, item, at, LogSeverity.Info, "left-filter", $"It is outside the filter of {Name(scope, cross.Side)} now.", "Nothing, unless the filter is wrong: it stays linked, and gets what it missed when it is inside again."),
        SyncAction.Cross cross => Of(scope, item, at, LogSeverity.Info, "entered-filter", $"It is inside the filter of {Name(scope, cross.Side)} again; what it missed follows."),
        SyncAction.End { Offers: { } offered } end => Of(scope, item, at, LogSeverity.Warning, "unlinked", $"No longer linked: {end.Reason}.", $"Link the record of {Name(scope, offered)} by hand in the list of unmatched records."),
        SyncAction.End { State: LinkState.Paused } end => Of(scope, item, at, LogSeverity.Warning, "paused", $"Paused: {end.Reason}.", "Resume the link when it is to go on, or unlink the two."),
        SyncAction.End end => Of(scope, item, at, LogSeverity.Info, "unlinked", $"No longer linked: {end.Reason}.", "If that was not wanted, link the two by hand."),
        _ => null,
    };

    /// <summary>What a plan's conflicts are kept as.</summary>
    public static IEnumerable<Conflict> ConflictsOf(WorkScope scope, SyncCase item, IEnumerable<SyncAction.Conflict> conflicts, DateTimeOffset at) =>
        from conflict in conflicts
        select new Conflict(IdOf(scope, item, conflict), at, scope.Kind.Name, conflict.Field, conflict.Winner, conflict.Left, conflict.Right)
        {
            Rule = conflict.Rule,
            Link = item.LinkId,
            LeftId = item.Item.RecordOn(Side.Left)?.Id,
            RightId = item.Item.RecordOn(Side.Right)?.Id,
            Label = item.Label,
            Run = scope.Run,
        };

    public static LogEntry OfApplied(WorkScope scope, SyncCase item, SyncAction action, DateTimeOffset at) => action switch
    {
        SyncAction.Create create => Of(scope, item, at, LogSeverity.Info, "created", $"Created in {Name(scope, create.Target)}."),
        SyncAction.Delete delete => Of(scope, item, at, LogSeverity.Info, "deleted", $"Deleted in {Name(scope, delete.Target)}."),
        SyncAction.Write write when write.Fields.Find(KindMap.Lifecycle) == KindMap.Archived => Of(scope, item, at, LogSeverity.Info, "archived", $"Archived in {Name(scope, write.Target)}."),
        SyncAction.Write write => Of(scope, item, at, LogSeverity.Info, "updated", $"Updated in {Name(scope, write.Target)}: {Names(write.Fields)}."),
        _ => throw new ArgumentException("Not a vendor write.", nameof(action)),
    };

    public static LogEntry OfFailure(WorkScope scope, SyncCase item, VendorFailure failure, SyncAction? action, DateTimeOffset at)
    {
        var what = action switch
        {
            SyncAction.Create create => $"Could not be created in {Name(scope, create.Target)}",
            SyncAction.Write write => $"Could not be updated in {Name(scope, write.Target)}",
            SyncAction.Delete delete => $"Could not be deleted in {Name(scope, delete.Target)}",
            _ => "Its counterpart could not be read",
        };
        var (level, whatToDo) = Advice(failure);
        return Of(scope, item, at, level, CodeOf(failure), $"{what}: {failure.Message}", whatToDo);
    }

    /// <summary>A list that could not be read: no record is to blame.</summary>
    public static LogEntry OfPollFailure(SystemCatalog system, KindMap kind, Side side, VendorFailure failure, DateTimeOffset at)
    {
        var (level, whatToDo) = Advice(failure);
        return new LogEntry(at, level, CodeOf(failure), $"{system.DisplayName} could not be asked for changes of {kind.VendorKind(side)}: {failure.Message}") { Kind = kind.Name, Side = side, WhatToDo = whatToDo };
    }

    /// <summary>A link that ends before anybody has looked what became of a write that was cut off.</summary>
    public static IEnumerable<LogEntry> OfUnsettled(Link link, DateTimeOffset at) => link.Intent is null ? [] :
    [
        new LogEntry(at, LogSeverity.Warning, "cut-off", "An earlier write was cut off, and the link ended before it was known whether it had been applied.") { Kind = link.Kind, LinkId = link.Id, WhatToDo = "Look at both records." },
    ];

    public static string CodeOf(SkipReason reason) => $"{SkipPrefix}{Code(reason)}";

    /// <summary>What a person can do about a record that is left alone.</summary>
    public static string AdviceFor(SkipReason reason) => reason switch
    {
        SkipReason.NewRecordsOff => "Create its counterpart by hand, or switch on new records of this kind in this direction.",
        SkipReason.StatusLocked => "Nothing, while the status is meant to be locked: it follows once the status changes. To have a field now, push it by hand.",
        SkipReason.ReferenceMissing => "Fill in that field: then it is created.",
        SkipReason.ValueUnmapped => "Add the value to the map in the settings of the flow; a comprehensive run brings over what waited.",
        SkipReason.NotOwned => "Make the change on the other side, or choose another direction for the field.",
        SkipReason.Filtered => "Nothing, unless the filter of the kind is wrong: it follows when the record is inside.",
        SkipReason.ReferenceExcluded => "Link or create the record that it refers to by hand, or let its kind be synchronised.",
        SkipReason.ReferenceCycle => "Clear the reference of one of them, and set it again once both are linked.",
        SkipReason.NoMatch => "Link it or create its counterpart by hand.",
        SkipReason.Archived => "Nothing, unless it is to be on the other side too: then reactivate it.",
        SkipReason.Bare => "Fill in one of them, or let records without them flow (bare).",
        SkipReason.ConsentKept => "Nothing, unless the person asks for it: only they can subscribe again, where they refused.",
        SkipReason.PolicyIgnores => "Nothing, by the policy of the kind. Unlink the two if they do not belong together any more.",
        SkipReason.Paused or SkipReason.Quarantined => "Resume the link.",
        SkipReason.Tombstone => "Link it by hand if it is to be linked after all.",
        _ => "Nothing.",
    };

    private static (LogSeverity Level, string WhatToDo) Advice(VendorFailure failure) => failure.Kind switch
    {
        FailureKind.AuthExpired => (LogSeverity.Error, "Connect the system again."),
        FailureKind.Forbidden => (LogSeverity.Error, "Give the connected user the right that is named, or connect with an administrator."),
        FailureKind.Misconfigured => (LogSeverity.Error, "Check the connection's settings."),
        FailureKind.Permanent or FailureKind.Conflict => (LogSeverity.Error, "Correct the record; it is tried again as soon as it changes."),
        _ => (LogSeverity.Warning, "Nothing: it is tried again by itself."),
    };

    private static string CodeOf(VendorFailure failure) => $"failed-{failure.Kind.ToString().ToLowerInvariant()}";

    private static string Name(WorkScope scope, Side side) => scope.NameOf(side);

    private static string Names(FieldSet fields) => string.Join(", ", fields.Keys);

    private static ConflictId IdOf(WorkScope scope, SyncCase item, SyncAction.Conflict conflict) => Conflict.IdOf(
        scope.Kind.Name,
        item.Link?.Value.Id,
        conflict.Field,
        conflict.Left,
        conflict.Right,
        string.Join('|', Sides.Both.Select(side => item.Item.RecordOn(side)).Select(record => $"{record?.Modified:O} {record?.Version}")));

    private static string Short(FieldValue value) => value.ToString() is { Length: > 200 } text ? text[..200] + "…" : value.ToString() ?? "";

    private static string Code(SkipReason reason) => string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
