using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
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
    [InlineData("""{"coolDown":"-00:00:01"}""", "#/settings/coolDown")]
    [InlineData("""{"coolDown":"2.00:00:00"}""", "#/settings/coolDown")]
    [InlineData("""{"sweepEvery":"00:01:00"}""", "#/settings/sweepEvery")]
    [InlineData("""{"sweepEvery":"32.00:00:00"}""", "#/settings/sweepEvery")]
    [InlineData("""{"runaway":{"maxWrites":1}}""", "#/settings/runaway/maxWrites")]
    [InlineData("""{"runaway":{"within":"02:00:00"}}""", "#/settings/runaway/within")]
    [InlineData("""{"kinds":{"company":{"blanks":{"colour":"keep"}}}}""", "#/settings/kinds/company/blanks/colour")]
    [InlineData("""{"kinds":{"company":{"blanks":{"phone":"maybe"}}}}""", "#/settings/kinds/company/blanks/phone")]
    [InlineData("""{"kinds":{"company":{"whenArchived":"explode"}}}""", "#/settings/kinds/company/whenArchived")]
    [InlineData("""{"kinds":{"progress":{"whenGone":"delete"}}}""", "#/settings/kinds/progress/whenGone")]
    [InlineData("""{"kinds":{"progress":{"onNoMatch":"ask"}}}""", "#/settings/kinds/progress/onNoMatch")]
    [InlineData("""{"kinds":{"company":{"onNoMatch":"guess"}}}""", "#/settings/kinds/company/onNoMatch")]
    [InlineData("""{"kinds":{"company":{"master":"middle"}}}""", "#/settings/kinds/company/master")]
    [InlineData("""{"kinds":{"company":{"filters":[{"side":"left","field":"colour","anyOf":[]}]}}}""", "#/settings/kinds/company/filters/0/field")]
    [InlineData("""{"kinds":{"company":{"filters":[{"side":"right","field":"email_address","anyOf":[]},{"side":"left","field":"name","anyOf":[" "]}]}}}""", "#/settings/kinds/company/filters/1/anyOf")]
    [InlineData("""{"kinds":{"company":{"customFields":[{"name":"note","left":"colour","right":"description"}]}}}""", "#/settings/kinds/company/customFields/0/left")]
    [InlineData("""{"kinds":{"company":{"customFields":[{"name":"phone","left":"address2","right":"description"}]}}}""", "#/settings/kinds/company/customFields/0/name")]
    [InlineData("""{"kinds":{"company":{"customFields":[{"name":"note","left":"address2","right":"name"}]}}}""", "#/settings/kinds/company/customFields/0/right")]
    [InlineData("""{"kinds":{"company":{"customFields":[{"name":"note","left":"address2","right":"description","maxLength":0}]}}}""", "#/settings/kinds/company/customFields/0/maxLength")]
    [InlineData("""{"kinds":{"project":{"autoPause":{"field":"colour","values":["Won"],"afterDays":30}}}}""", "#/settings/kinds/project/autoPause/field")]
    [InlineData("""{"kinds":{"project":{"autoPause":{"field":"lifecycle","values":[],"afterDays":30}}}}""", "#/settings/kinds/project/autoPause/values")]
    [InlineData("""{"kinds":{"project":{"autoPause":{"field":"lifecycle","values":["archived"],"afterDays":-1}}}}""", "#/settings/kinds/project/autoPause/afterDays")]
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

    [Fact]
    public void Patch_WithEverythingThatFits_IsKeptAndShown()
    {
        var settings = Apply(FlowSettings.Default, """
            {"coolDown":"00:05:00","sweepEvery":"1.00:00:00","runaway":{"maxWrites":5,"within":"00:30:00"},
             "kinds":{"company":{"whenGone":"pause","whenArchived":"ignore","master":"right","onNoMatch":"ask","onAmbiguous":"ask","reviveEdited":false,"blanks":{"phone":"keep"},
               "filters":[{"side":"right","field":"email_address","anyOf":[],"blocks":"outgoing"}],
               "customFields":[{"name":"note","left":"address2","right":"description","type":"text","direction":"leftToRight","blank":"keep","maxLength":500}],
               "autoPause":{"field":"lifecycle","values":["archived"],"afterDays":30}}}}
            """);

        var table = FieldTable.Of(SynergyTinyPlus.Pair, settings).Single(kind => kind.Kind == "company");
        table.Master.ShouldBe(Side.Right);
        table.Fields.Single(field => field.Field == "phone").BlankPolicy.ShouldBe(BlankPolicy.Keep);
        table.Fields.Single(field => field.Field == "note").ShouldSatisfyAllConditions(
            note => note.IsCustom.ShouldBeTrue(), note => note.Owner.ShouldBe(Side.Left), note => note.ReadOnlyOn.ShouldBe(Side.Right), note => note.NormalForm.RightMaxLength.ShouldBe(500));
    }

    [Theory]
    [InlineData("""{"referencesEvery":"00:04:59"}""", "#/settings/referencesEvery")]
    [InlineData("""{"referencesEvery":"-00:00:01"}""", "#/settings/referencesEvery")]
    [InlineData("""{"referencesEvery":"31.00:00:01"}""", "#/settings/referencesEvery")]
    [InlineData("""{"statusCategories":{"ticket":{"Board A":{"New":"Sideways"}}}}""", "#/settings/statusCategories/ticket/Board%20A/New")]
    [InlineData("""{"statusCategories":{"phase":{"*":{"New":"Active"}}}}""", "#/settings/statusCategories/phase/%2A/New")]
    [InlineData("""{"statusCategories":{"invoice":{"*":{"New":"Active"}}}}""", "#/settings/statusCategories/invoice/%2A/New")]
    [InlineData("""{"statusDefaults":{"project":{"*":{"Sideways":"New"}}}}""", "#/settings/statusDefaults/project/%2A/Sideways")]
    [InlineData("""{"statusDefaults":{"phase":{"*":{"Active":"New"}}}}""", "#/settings/statusDefaults/phase/%2A/Active")]
    [InlineData("""{"kinds":{"ticket":{"bare":true}}}""", "#/settings/kinds/ticket/bare")]
    [InlineData("""{"kinds":{"project":{"autoPause":{"afterDays":-1}}}}""", "#/settings/kinds/project/autoPause/afterDays")]
    [InlineData("""{"kinds":{"ticket":{"autoPause":{"off":true}}}}""", "#/settings/kinds/ticket/autoPause/field")]
    public void Patch_OfProjectsAndTheirParts_ThatDoesNotFit_IsRefusedWithItsPlace(string patch, string pointer) =>
        Should.Throw<ProblemException>(() => Apply(ConnectWiseMoovila.Pair, ConnectWiseMoovila.Pair.Defaults, patch)).Errors.ShouldHaveSingleItem().Pointer.ShouldBe(pointer);

    [Fact]
    public void Patch_OfProjectsAndTheirParts_ThatFits_IsKept()
    {
        var settings = Apply(ConnectWiseMoovila.Pair, ConnectWiseMoovila.Pair.Defaults, """
            {"referencesEvery":"00:00:00","statusCategories":{"ticket":{"Board A":{"New":"OnHold"}}},"statusDefaults":{"project":{"*":{"Active":"Open"}}},
             "kinds":{"scheduleEntry":{"bare":true},"member":{"fields":{"lifecycle":"off"}}}}
            """);

        settings.ReferencesEvery.ShouldBe(TimeSpan.Zero);
        settings.StatusCategories.Find("ticket", "Board A", "New").ShouldBe("OnHold");
        settings.StatusDefaults.Find("project", "*", "Active").ShouldBe("Open");
        settings.Kind("scheduleEntry").Bare.ShouldBeTrue();
        Apply(ConnectWiseMoovila.Pair, settings, """{"statusCategories":null,"kinds":{"scheduleEntry":{"bare":null}}}""").ShouldSatisfyAllConditions(
            after => after.StatusCategories.Find("ticket", "Board A", "New").ShouldBeNull(), after => after.Kind("scheduleEntry").Bare.ShouldBeFalse());
    }

    [Fact]
    public void Patch_OfOneMemberOfTheRestRule_LeavesWhatThePairHas()
    {
        var pair = ConnectWiseMoovila.Pair;
        var project = pair.Kind("project");

        var later = Apply(pair, pair.Defaults, """{"kinds":{"project":{"autoPause":{"afterDays":30}}}}""");
        var off = Apply(pair, later, """{"kinds":{"project":{"autoPause":{"off":true}}}}""");

        (later.AutoPauseOf(project)!.AfterDays, later.AutoPauseOf(project)!.Field, later.AutoPauseOf(project)!.Values.Length).ShouldBe((30, "status", 2));
        (off.AutoPauseOf(project)!.Off, off.AutoPauseOf(project)!.AfterDays).ShouldBe((true, 30));
        Apply(pair, pair.Defaults, """{"kinds":{"project":{"autoPause":{"off":true}}}}""").AutoPauseOf(project)!.IsDue(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ShouldBeFalse();
        Apply(pair, off, """{"kinds":{"project":{"autoPause":null}}}""").AutoPauseOf(project).ShouldBe(project.AutoPause);
    }

    [Fact]
    public void Patch_OfWhatTheVendorHas_ChangesNothing()
    {
        var read = ConnectWiseMoovila.Pair.Defaults with
        {
            StatusBoards = ConnectWiseMoovila.Pair.Defaults.StatusBoards.Add("ticket", [new StatusBoard("3", "Board A", [new BoardStatus("7", "New", "NotStarted", true)])]),
        };

        var patched = Apply(ConnectWiseMoovila.Pair, read, """{"statusBoards":null,"coolDown":"00:01:00"}""");

        patched.StatusBoards["ticket"].ShouldHaveSingleItem().Name.ShouldBe("Board A");
        patched.CoolDown.ShouldBe(TimeSpan.FromMinutes(1));
    }

    private static FlowSettings Apply(FlowSettings settings, string patch) => Apply(SynergyTinyPlus.Pair, settings, patch);

    private static FlowSettings Apply(Pair pair, FlowSettings settings, string patch) =>
        FlowSettingsPatch.Apply(pair, new Systems(new VendorPipeline(new HttpClient(), TimeProvider.System, new Random(1))), settings, JsonDocument.Parse(patch).RootElement);
}
