using FsCheck;
using FsCheck.Fluent;
using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

/// <summary>Two linked records of a kind that has a field of every direction, with settings, and what was edited since they last agreed.</summary>
public sealed record Situation(FlowSettings Settings, Link? Link, Record Left, Record Right)
{
    public PlanItem Item => new(Link, new Sight.Present(Left), new Sight.Present(Right));
}

/// <summary>A kind with every direction and type, generators of situations in it, and a vendor that keeps what it is given in its own shape.</summary>
public static class World
{
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 30, 0, TimeSpan.Zero);

    public static readonly KindMap Kind = new()
    {
        Name = "company",
        LeftKind = "companies",
        RightKind = "organisations",
        MatchRules = [new MatchRule("both")],
        Fields =
        [
            new("both", new("both") { MaxLength = 12 }, new("both") { IgnoresCase = true }),
            new("kept", new("kept"), new("kept") { MaxLength = 5 }) { Blank = BlankPolicy.Keep },
            new("left", new("left"), new("left")) { Direction = Direction.LeftToRight },
            new("right", new("right"), new("right")) { Direction = Direction.RightToLeft },
            new("initiallyLeft", new("initiallyLeft"), new("initiallyLeft")) { Direction = Direction.InitiallyFromLeft },
            new("initiallyRight", new("initiallyRight"), new("initiallyRight")) { Direction = Direction.InitiallyFromRight },
            new("off", new("off"), new("off")) { Direction = Direction.Off },
            new("constant", new(null) { Constant = new FieldValue.Flag(true) }, new("constant")) { Type = FieldType.Flag, Direction = Direction.InitiallyFromLeft },
            new("tags", new("tags"), new("tags")) { Type = FieldType.Set },
            new(KindMap.Lifecycle, new(KindMap.Lifecycle), new(KindMap.Lifecycle)),
        ],
    };

    private static readonly Gen<FieldValue> AnyText = Gen.Elements<FieldValue>(
        FieldValue.None,
        new FieldValue.Text(""),
        new FieldValue.Text("Ada"),
        new FieldValue.Text("ada"),
        new FieldValue.Text("Grace Hopper & Söhne 株式会社"),
        new FieldValue.Text("grace hopper"),
        new FieldValue.Text(new string('x', 300)));

    private static readonly Gen<FieldValue> AnyTags = Gen.Elements("red", "green", "blue").ListOf().Select(tags => (FieldValue)new FieldValue.Set(tags));

    private static Gen<FieldValue> ValueOf(FieldMap field, Side side) => field.Name switch
    {
        KindMap.Lifecycle => Gen.Elements(KindMap.Active, KindMap.Archived),
        "constant" => side == Side.Left ? Gen.Constant<FieldValue>(new FieldValue.Flag(true)) : Gen.Elements<FieldValue>(new FieldValue.Flag(true), new FieldValue.Flag(false)),
        "tags" => AnyTags,
        _ => AnyText,
    };

    private static Gen<FieldSet> FieldsOf(Side side) =>
        Gen.CollectToList(Kind.Fields, field => ValueOf(field, side).Select(value => (field.Name, Value: field.End(side).Keep(value)))).Select(fields => FieldSet.Of(fields));

    private static readonly Gen<FlowSettings> AnySettings =
        from direction in Gen.Frequency((4, Gen.Constant(Direction.Both)), (1, Gen.Constant(Direction.LeftToRight)), (1, Gen.Constant(Direction.RightToLeft)))
        from unowned in Gen.Elements(UnownedEdit.PutBack, UnownedEdit.Leave)
        from window in Gen.Elements(TimeSpan.Zero, TimeSpan.FromHours(1))
        select FlowSettings.Default with { Direction = direction, UnownedEdits = unowned, LockWindow = window };

    /// <summary>Linked records whose last agreement and present values are anything at all.</summary>
    public static readonly Gen<Situation> Linked =
        from settings in AnySettings
        from leftBase in FieldsOf(Side.Left)
        from rightBase in FieldsOf(Side.Right)
        from left in Edited(leftBase, Side.Left)
        from right in Edited(rightBase, Side.Right)
        from locked in Gen.Elements<LoopLock?>(null, null, new LoopLock(Side.Left, Now.AddMinutes(10)), new LoopLock(Side.Right, Now.AddMinutes(10)), new LoopLock(Side.Left, Now.AddMinutes(-10)))
        let bases = Bases.None.With(Side.Left, leftBase).With(Side.Right, rightBase)
        select new Situation(
            settings,
            new Link(new LinkId("1"), Kind.Name) { State = LinkState.Active, LeftId = "L", RightId = "R", Bases = bases, Lock = locked },
            new Record("L", left),
            new Record("R", right));

    /// <summary>Two records that nobody linked yet.</summary>
    public static readonly Gen<Situation> Unlinked =
        from settings in AnySettings
        from left in FieldsOf(Side.Left)
        from right in FieldsOf(Side.Right)
        select new Situation(settings, null, new Record("L", left), new Record("R", right));

    /// <summary>Some fields get a new value, some are not mentioned.</summary>
    private static Gen<FieldSet> Edited(FieldSet fields, Side side) =>
        from other in FieldsOf(side)
        from choices in Gen.Choose(0, 9).ListOf(Kind.Fields.Length)
        select FieldSet.From(Kind.Fields.Zip(choices).SelectMany(pair => pair.Second switch
        {
            0 => Enumerable.Empty<KeyValuePair<string, FieldValue>>(),
            <= 5 => [KeyValuePair.Create(pair.First.Name, fields[pair.First.Name])],
            _ => [KeyValuePair.Create(pair.First.Name, other[pair.First.Name])],
        }));

    /// <summary>What a vendor with such a field makes of a value.</summary>
    public static FieldValue Keep(this FieldEnd end, FieldValue value)
    {
        if (value is not FieldValue.Text { Value: var text }) return value;
        if (end.MaxLength is { } max && text.Length > max) text = text[..max].TrimEnd();
        return new FieldValue.Text(end.IgnoresCase ? text.ToLowerInvariant() : text);
    }

    /// <summary>Does what the plan says: the vendors keep what they are sent, the link remembers it.</summary>
    public static Situation Apply(Situation before, ItemPlan plan)
    {
        var link = before.Link ?? new Link(new LinkId("1"), Kind.Name) { State = LinkState.Active, LeftId = "L", RightId = "R" };
        var (left, right) = (before.Left, before.Right);
        foreach (var action in plan.Actions)
        {
            switch (action)
            {
                case SyncAction.Adopt adopt:
                    link = link with { Bases = Settlement.AfterAdopting(link.Bases, adopt) };
                    break;
                case SyncAction.Lock locked:
                    link = link with { Lock = locked.Value };
                    break;
                case SyncAction.Write write:
                    var kept = FieldSet.From(write.Fields.Select(field => KeyValuePair.Create(field.Key, Kind.Field(field.Key).End(write.Target).Keep(field.Value))));
                    var target = write.Target == Side.Left ? left : right;
                    target = target with { Fields = target.Fields.With(kept) };
                    (left, right) = write.Target == Side.Left ? (target, right) : (left, target);
                    link = link with { Bases = Settlement.AfterWrite(Kind, FlowSettings.Default, link.Bases, write.Target, write.Fields, write.SourceValues, target, out var again) };
                    again.ShouldBeFalse();
                    break;
            }
        }

        return before with { Link = link, Left = left, Right = right };
    }
}
