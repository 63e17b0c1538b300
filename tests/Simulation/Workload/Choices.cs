using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Workload;

/// <summary>What a tenant chooses otherwise than the pair does: in half of all runs nothing.</summary>
internal static class Choices
{
    public static FlowSettings Of(Random random, FlowSettings settings) => random.Next(8) switch
    {
        0 => settings with { Direction = Direction.LeftToRight },
        1 => ForAll(settings, kind => kind with { WhenGone = Pick(random, LifecyclePolicy.Pause, LifecyclePolicy.Unlink, LifecyclePolicy.Ignore, LifecyclePolicy.Delete) }),
        2 => ForAll(settings, kind => kind with { WhenArchived = Pick(random, LifecyclePolicy.Pause, LifecyclePolicy.Ignore) }),
        3 => Fields(settings),
        _ => settings,
    };

    /// <summary>The other master, blanks that stay, a narrower direction, a field that does not flow.</summary>
    private static FlowSettings Fields(FlowSettings settings) => settings
        .With(FakePair.Company.Name, kind => kind with
        {
            Master = Side.Right,
            Blanks = kind.Blanks.SetItem("phone", BlankPolicy.Keep).SetItem("size", BlankPolicy.Keep),
            Fields = kind.Fields.SetItem("address", Direction.Off).SetItem("email", Direction.RightToLeft),
        })
        .With(FakePair.Contact.Name, kind => kind with
        {
            Master = Side.Left,
            Blanks = kind.Blanks.SetItem("email", BlankPolicy.Keep),
            Fields = kind.Fields.SetItem("phone", Direction.LeftToRight),
        });

    private static FlowSettings ForAll(FlowSettings settings, Func<KindSettings, KindSettings> change) =>
        KindPair.All.Aggregate(settings, (all, kind) => all.With(kind.Name, change));

    private static LifecyclePolicy Pick(Random random, params LifecyclePolicy[] among) => among[random.Next(among.Length)];
}
