using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>The same two systems in another pair: companies hold people as projects hold tickets.</summary>
public static class FakeParts
{
    public const string Name = "simparts";

    public static readonly KindMap Company = FakePair.Company with { WhenGone = LifecyclePolicy.Pause, WhenArchived = LifecyclePolicy.Pause, ResumesByHand = true };

    public static readonly KindMap Person = FakePair.Contact with
    {
        PartOf = Company.Name,
        HeldBy = "company",
        WhenGone = LifecyclePolicy.Delete,
        Fields = [.. FakePair.Contact.Fields.Where(field => field.Name != KindMap.Lifecycle).Select(field => field.Name == "company" ? field with { Required = true } : field)],
    };

    public static readonly Pair Pair = new()
    {
        Name = Name,
        DisplayName = Name,
        LeftSystem = FakePair.Left,
        RightSystem = FakePair.Right,
        Kinds = [Company, Person],
        Defaults = new FlowSettings { CoolDown = TimeSpan.FromMinutes(10), SweepEvery = TimeSpan.FromHours(4) },
    };
}
