using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Tests.Manage;

public sealed class FlowSettingsPatchTests
{
    [Fact]
    public void Patch_OfOneMember_LeavesTheOthers()
    {
        var first = Apply(FlowSettings.Default, """{"lockedStatuses":["Won"],"kinds":{"project":{"newRightToLeft":false,"fields":{"name":"leftToRight"}}}}""");
        var second = Apply(first, """{"kinds":{"project":{"whenGone":"pause"},"company":{"enabled":false}},"lockWindow":"01:00:00"}""");

        second.LockedStatuses.ShouldBe(["Won"]);
        second.LockWindow.ShouldBe(TimeSpan.FromHours(1));
        second.Kind("company").Enabled.ShouldBeFalse();
        var project = second.Kind("project");
        project.NewRightToLeft.ShouldBe(false);
        project.WhenGone.ShouldBe(LifecyclePolicy.Pause);
        project.Fields["name"].ShouldBe(Direction.LeftToRight);
    }

    [Fact]
    public void Patch_WithNull_TakesTheMemberBackToItsDefault()
    {
        var narrowed = Apply(FlowSettings.Default, """{"kinds":{"project":{"newRightToLeft":false}},"unownedEdits":"leave"}""");

        var result = Apply(narrowed, """{"kinds":{"project":{"newRightToLeft":null}},"unownedEdits":null}""");

        result.Kind("project").NewRightToLeft.ShouldBeNull();
        result.UnownedEdits.ShouldBe(UnownedEdit.PutBack);
    }

    [Fact]
    public void Patch_WithAValueMap_ReplacesIt()
    {
        var first = Apply(FlowSettings.Default, """{"valueMaps":{"stages":[{"left":"Won","right":"Active"},{"left":"Lost","right":"Dead"}]}}""");

        var second = Apply(first, """{"valueMaps":{"stages":[{"left":"Won","right":"Live"}]}}""");

        second.ValueMaps["stages"].ShouldBe([new ValuePair("Won", "Live")]);
    }

    [Theory]
    [InlineData("""{"colour":"red"}""", "#/settings/colour")]
    [InlineData("""{"kinds":{"invoice":{}}}""", "#/settings/kinds/invoice")]
    [InlineData("""{"kinds":{"project":{"nonsense":true}}}""", "#/settings/kinds/project/nonsense")]
    [InlineData("""{"kinds":{"project":{"fields":{"colour":"off"}}}}""", "#/settings/kinds/project/fields/colour")]
    [InlineData("""{"kinds":{"company":{"fields":{"address":"both"}}}}""", "#/settings/kinds/company/fields/address")]
    [InlineData("""{"kinds":{"staff":{"fields":{"ghost":"both"}}}}""", "#/settings/kinds/staff/fields/ghost")]
    [InlineData("""{"kinds":{"staff":{"newRightToLeft":true}}}""", "#/settings/kinds/staff/newRightToLeft")]
    [InlineData("""{"direction":"initiallyFromLeft"}""", "#/settings/direction")]
    [InlineData("""{"direction":"sideways"}""", "#/settings/direction")]
    [InlineData("""{"lockWindow":"-00:00:01"}""", "#/settings/lockWindow")]
    [InlineData("""{"lockWindow":"8.00:00:00"}""", "#/settings/lockWindow")]
    [InlineData("""{"valueMaps":{"colours":[]}}""", "#/settings/valueMaps/colours")]
    [InlineData("""{"valueMaps":{"stages":[null]}}""", "#/settings/valueMaps/stages")]
    [InlineData("""{"valueMaps":{"stages":[{"left":"Won"}]}}""", "#/settings/valueMaps/stages")]
    [InlineData("""{"lockedStatuses":[null]}""", "#/settings/lockedStatuses")]
    [InlineData("""{"lockedStatuses":null,"kinds":7}""", "#/settings/kinds")]
    public void Patch_ThatDoesNotFitThePair_IsRefusedWithItsPlace(string patch, string pointer)
    {
        var problem = Should.Throw<ProblemException>(() => Apply(FlowSettings.Default, patch));

        problem.Type.ShouldBe(ProblemType.InvalidRequest);
        problem.Errors.ShouldHaveSingleItem().Pointer.ShouldBe(pointer);
    }

    [Fact]
    public void Patch_OfWhoSetsAFieldFirst_IsTheTenantsChoice()
    {
        var settings = Apply(FlowSettings.Default, """{"kinds":{"project":{"fields":{"number":"both","name":"initiallyFromRight"}}}}""");

        settings.Kind("project").Fields["number"].ShouldBe(Direction.Both);
        settings.Kind("project").Fields["name"].ShouldBe(Direction.InitiallyFromRight);
    }

    private static FlowSettings Apply(FlowSettings settings, string patch) =>
        FlowSettingsPatch.Apply(SynergyTinyPlus.Pair, settings, JsonDocument.Parse(patch).RootElement);
}
