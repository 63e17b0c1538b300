using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Both records of a link side by side, and what a sync would do now.</summary>
/// <param name="State">Of the link.</param>
/// <param name="Plan">What a sync would do now, under the tenant's settings.</param>
/// <param name="WhyNoSync">Why nothing of the plan happens by itself: the flow or the kind is off, or the link is paused.</param>
public sealed record Differences(
    LinkId Link,
    string Kind,
    LinkState State,
    LoopLock? Lock,
    SeenSide Left,
    SeenSide Right,
    IReadOnlyList<FieldDifference> Fields,
    IReadOnlyList<PlanLine> Plan,
    string? WhyNoSync)
{
    public bool Differ => Fields.Any(shown => shown.Differs);

    internal static Differences Of(WorkScope scope, LinkRead read)
    {
        var item = read.Case;
        var link = item.Link!.Value.Value;
        return new Differences(
            link.Id,
            scope.Kind.Name,
            link.State,
            link.Lock,
            SeenOn(Side.Left),
            SeenOn(Side.Right),
            [.. scope.Kind.Fields.Select(field => FieldDifference.Of(scope, item, field))],
            [.. PlanLines.Of(scope, item)],
            HindranceOf(scope, link));

        SeenSide SeenOn(Side side) => new(
            link.IdOn(side), item.Item.RecordOn(side)?.Label, item.Item.On(side) is Sight.Present, read.ReadAt.TryGetValue(side, out var at) ? at : null, item.Item.RecordOn(side)?.Block?.Why);
    }

    private static string? HindranceOf(WorkScope scope, Link link) =>
        !scope.Flow.Flow.Enabled ? "The flow is switched off."
        : !scope.Settings.Kind(scope.Kind.Name).Enabled ? "The kind is switched off."
        : link.State is not LinkState.Active ? $"The link is {link.State.ToString().ToLowerInvariant()}."
        : null;
}

/// <param name="Found">False: the vendor says that it is not there any more.</param>
/// <param name="Blocked">What keeps its changes on its side, or the other side's from it: a locked status, a filter.</param>
public sealed record SeenSide(string? RecordId, string? Label, bool Found, DateTimeOffset? ReadAt, string? Blocked);

/// <summary>One field on both sides.</summary>
/// <param name="Differs">The values are not the same in the form that both sides can hold.</param>
/// <param name="Direction">After the tenant's narrowing.</param>
/// <param name="WhyNotLeft">Why a person cannot push the right value to the left side; null where they can.</param>
public sealed record FieldDifference(
    string Name, FieldValue Left, FieldValue Right, bool Differs, FieldValue? AgreedLeft, FieldValue? AgreedRight, Direction Direction, string? WhyNotLeft, string? WhyNotRight, string? References)
{
    internal static FieldDifference Of(WorkScope scope, SyncCase item, FieldMap field)
    {
        var bases = item.Link?.Value.Bases ?? Bases.None;
        var (left, right) = (Pushing.ValueOn(item, field, Side.Left), Pushing.ValueOn(item, field, Side.Right));
        return new FieldDifference(
            field.Name,
            left,
            right,
            !field.Agree(left, right),
            bases.Left.Find(field.Name),
            bases.Right.Find(field.Name),
            scope.Settings.DirectionOf(scope.Kind, field),
            Pushing.WhyNot(scope, item, field, Side.Left),
            Pushing.WhyNot(scope, item, field, Side.Right),
            field.References);
    }
}
