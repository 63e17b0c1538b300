using System.Collections.Immutable;
using SyncFunctions.App.Manage;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Tests.Manage;

public sealed class FieldTableTests
{
    private static readonly Pair Pair = SynergyTinyPlus.Pair;

    [Fact]
    public void Field_OwnedByOneSideAfterCreation_IsReadOnlyOnTheOther()
    {
        var number = Row("project", "number", FlowSettings.Default);

        number.Direction.ShouldBe(Direction.InitiallyFromRight);
        number.Owner.ShouldBe(Side.Left);
        number.ReadOnlyOn.ShouldBe(Side.Right);
    }

    [Fact]
    public void Field_ThatFlowsBothWays_IsReadOnlyNowhere()
    {
        var name = Row("project", "name", FlowSettings.Default);

        name.Owner.ShouldBeNull();
        name.ReadOnlyOn.ShouldBeNull();
        name.LeftName.ShouldBe("name");
        name.NormalForm.LeftMaxLength.ShouldBe(255);
    }

    [Fact]
    public void Field_NarrowedByTheTenant_IsServedAsNarrowed()
    {
        var settings = FlowSettings.Default with
        {
            Kinds = FlowSettings.Default.Kinds.Add("project", new KindSettings { Fields = KindSettings.Default.Fields.Add("name", Direction.RightToLeft) }),
        };

        Row("project", "name", settings).ReadOnlyOn.ShouldBe(Side.Left);
        Row("project", "description", settings).ReadOnlyOn.ShouldBeNull();
    }

    [Fact]
    public void Field_NamesTheDirectionsThatMayBeChosen()
    {
        Row("company", "address", FlowSettings.Default).Choices.ShouldBe([Direction.LeftToRight, Direction.Off]);
        Row("project", "name", FlowSettings.Default).Choices.ShouldBe(Enum.GetValues<Direction>());
        CharityRow().Choices.ShouldBe([CharityRow().Default.Direction]);

        static FieldRow CharityRow() => FieldTable.Of(RaisersEdgeMailchimp.Pair, FlowSettings.Default)[0].Fields.Single(row => row.Field == "consent");
    }

    [Fact]
    public void Field_JoinedFromParts_NamesItsParts() =>
        Row("company", "address", FlowSettings.Default).LeftName.ShouldBe("address1 + address2 + town + state + zipCode + country");

    [Fact]
    public void Field_WithAnEmptyValueMap_IsOff()
    {
        Row("progress", "status", FlowSettings.Default).Direction.ShouldBe(Direction.Off);
        var mapped = FlowSettings.Default with { ValueMaps = FlowSettings.Default.ValueMaps.Add("stages", [new ValuePair("Won", "Active")]) };
        Row("progress", "status", mapped).Direction.ShouldBe(Direction.Both);
    }

    [Fact]
    public void Kind_SwitchedOff_HasNothingReadOnly()
    {
        var settings = FlowSettings.Default with { Kinds = FlowSettings.Default.Kinds.Add("project", new KindSettings { Enabled = false }) };

        FieldTable.Of(Pair, settings).Single(kind => kind.Kind == "project").Enabled.ShouldBeFalse();
        Row("project", "number", settings).ReadOnlyOn.ShouldBeNull();
    }

    private static FieldRow Row(string kind, string field, FlowSettings settings) =>
        FieldTable.Of(Pair, settings).Single(row => row.Kind == kind).Fields.Single(row => row.Field == field);
}
