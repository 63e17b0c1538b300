using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>What a flow can react to: a status that a pair watches (<see cref="FieldMap.Event"/>).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReactionEvent>))]
public enum ReactionEvent
{
    /// <summary>The status was blank, or the record is new, and now it is one.</summary>
    ProspectAdded,

    /// <summary>It was another.</summary>
    ProspectStatusChanged,
}

/// <summary>What a tenant wants done upon an event, once for each.</summary>
public sealed record Reaction(ReactionEvent On, ReactionDo Do)
{
    /// <summary>Only where it is now one of these; any if there are none.</summary>
    public ImmutableArray<string> Status { get; init; } = [];

    internal bool IsFor(ReactionEvent what, string status) => On == what && (Status.IsEmpty || Status.Contains(status, StringComparer.OrdinalIgnoreCase));
}

/// <summary>One of these: a tag on the other side's record, a value in a merge field of it, or a webhook.</summary>
/// <param name="Value">For a merge field, with <c>{status}</c> for the status.</param>
/// <param name="Webhook">An address.</param>
public sealed record ReactionDo(string? Tag = null, string? MergeField = null, string? Value = null, string? Webhook = null)
{
    public const string StatusPlace = "{status}";

    public override string ToString() => Tag is not null ? $"tag {Tag}" : MergeField is not null ? $"merge field {MergeField}" : "webhook";
}

/// <summary>Whether a status that a pair watches has become what a tenant reacts to.</summary>
internal static class Watching
{
    /// <param name="known">As it was known last; null where it was not.</param>
    /// <returns>Null where nobody wants to know.</returns>
    public static SyncAction.Tell? Of(FlowSettings settings, FieldMap field, Side source, FieldValue? known, FieldValue value)
    {
        if (value.IsBlank || settings.Reactions.IsEmpty || (known is not null && FieldMap.SameAsBase(value, known))) return null;
        var what = known is null or { IsBlank: true } ? ReactionEvent.ProspectAdded : ReactionEvent.ProspectStatusChanged;
        ImmutableArray<ReactionDo> wanted = [.. settings.Reactions.Where(reaction => reaction.IsFor(what, value.ToString()!)).Select(reaction => reaction.Do)];
        return wanted.IsEmpty ? null : new SyncAction.Tell(source, what, field.Name, known ?? FieldValue.None, value, wanted);
    }
}
