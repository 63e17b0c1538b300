using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using Record = SyncFunctions.Engine.Record;

namespace SyncFunctions.Pairs.Tests;

public class SynergyTinyPlusTests
{
    private static readonly Pair Pair = SynergyTinyPlus.Pair;

    private static readonly FlowSettings Stages = Pair.Defaults with { ValueMaps = Pair.Defaults.ValueMaps.Add("stages", [new ValuePair("Active", "Construction")]) };

    private static FieldSet Express(string kind, Side side, params (string, FieldValue)[] fields) => Pair.Kind(kind).Express(side, FieldSet.Of(fields), Pair.Defaults);

    private static Record Project(string kind, Side side, params (string, FieldValue)[] fields) => Pair.Kind(kind).Project(side, new Record("1", FieldSet.Of(fields)), Pair.Defaults);

    [Fact]
    public void Kinds_ComeAfterWhatTheyReferTo()
    {
        var seen = new HashSet<string>();
        foreach (var kind in Pair.Kinds)
        {
            kind.Fields.Select(field => field.References).OfType<string>().ShouldBeSubsetOf(seen);
            if (kind.Parent is { } parent) seen.ShouldContain(parent);
            seen.Add(kind.Name);
        }
    }

    [Fact]
    public void MatchRules_NameFieldsOfTheirKind()
    {
        foreach (var kind in Pair.Kinds) kind.MatchRules.SelectMany(rule => rule.Fields).ShouldBeSubsetOf(kind.Fields.Select(field => field.Name));
    }

    [Theory]
    [InlineData("active", "active")]
    [InlineData("prospect", "active")]
    [InlineData("archived", "archived")]
    [InlineData("Archived", "archived")]
    public void RecordStatus_IsAliveUnlessArchived(string status, string lifecycle) =>
        Project("company", Side.Right, ("record_status", FieldValue.Of(status))).Fields[KindMap.Lifecycle].ShouldBe(FieldValue.Of(lifecycle));

    [Fact]
    public void Archive_IsTheFlagInSynergyAndTheStatusInTinyPlus()
    {
        Express("project", Side.Left, (KindMap.Lifecycle, KindMap.Archived))["isActive"].ShouldBe(new FieldValue.Flag(false));
        Express("project", Side.Right, (KindMap.Lifecycle, KindMap.Archived))["record_status"].ShouldBe(FieldValue.Of("archived"));
        Project("project", Side.Left, ("isActive", new FieldValue.Flag(false))).Fields[KindMap.Lifecycle].ShouldBe(KindMap.Archived);
    }

    [Fact]
    public void Staff_AreCreatedAsGhosts_AndOnlyTowardsTinyPlus()
    {
        var staff = Pair.Kind("staff");
        var person = Project("staff", Side.Left, ("firstName", FieldValue.Of("Nina")), ("email", FieldValue.Of("Nina@Example.com")));
        var plan = SyncPlanner.PlanOne(staff, Pair.Defaults, new PlanItem(null, new Sight.Present(person, IsNew: true), Sight.Unread), DateTimeOffset.UnixEpoch);
        var create = plan.Actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Create>();
        Express("staff", Side.Right, [.. create.Fields.Select(field => (field.Key, field.Value))])["ghost"].ShouldBe(new FieldValue.Flag(true));
        Pair.Defaults.CreatesFrom(staff, Side.Right).ShouldBeFalse();
    }

    [Fact]
    public void Number_ComesFromTinyPlusAtFirst_AndIsSynergysAfterwards()
    {
        var number = Pair.Kind("project").Field("number");
        FlowSettings.AllowsAtCreation(number.Direction, Side.Right).ShouldBeTrue();
        FlowSettings.Allows(number.Direction, Side.Right).ShouldBeFalse();
        FlowSettings.Allows(number.Direction, Side.Left).ShouldBeTrue();
    }

    [Fact]
    public void Address_IsJoinedFromSynergysParts_AndNeverWrittenBack()
    {
        Project("company", Side.Left, ("address1", FieldValue.Of("1 High St")), ("town", FieldValue.Of("Bath")), ("state", FieldValue.None)).Fields["address"].ShouldBe(FieldValue.Of("1 High St, Bath"));
        Express("company", Side.Left, ("address", FieldValue.Of("2 Low St"))).ShouldBeEmpty();
    }

    [Fact]
    public void Contact_NeedsItsCompanyOnlyInSynergy() => Pair.Kind("contact").Field("company").RequiredOn.ShouldBe(Side.Left);

    [Fact]
    public void Status_IsOffUntilTheStagesAreMapped()
    {
        var progress = Pair.Kind("progress");
        Pair.Defaults.DirectionOf(progress, progress.Field("status")).ShouldBe(Direction.Off);
        Stages.DirectionOf(progress, progress.Field("status")).ShouldBe(Direction.Both);
        progress.Express(Side.Right, FieldSet.Of(("status", FieldValue.Of("Active"))), Stages)["stage"].ShouldBe(FieldValue.Of("Construction"));
    }

    [Theory]
    [InlineData("record_status")]
    [InlineData("stage")]
    public void StatusLock_LooksAtBothStatusesOfTinyPlus(string field)
    {
        var settings = Pair.Defaults with { LockedStatuses = ["Lead"] };
        Pair.Kind("project").Project(Side.Right, new Record("1", FieldSet.Of((field, FieldValue.Of("lead")))), settings).Block!.Why.ShouldBe("The status lead is locked.");
    }
}
