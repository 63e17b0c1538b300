using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using Record = SyncFunctions.Engine.Record;

namespace SyncFunctions.Pairs.Tests;

public class ConnectWiseMoovilaTests
{
    private static readonly Pair Pair = ConnectWiseMoovila.Pair;

    private static readonly FlowSettings Read = Pair.Defaults with
    {
        StatusBoards = Pair.Defaults.StatusBoards
            .Add("project", [new StatusBoard(null, StatusBoard.Only, [Status("1", "Open", "Active"), Status("2", "Closed", "Completed"), Status("3", "Z Old", "InPlanning") with { IsInactive = true }])])
            .Add("ticket", [new StatusBoard("7", "Rollouts", [Status("10", "New", "NotStarted") with { IsDefault = true }, Status("11", "Scheduled", "NotStarted"), Status("12", "In Progress", "InProgress"), Status("13", "Done", "Complete")])]),
    };

    [Fact]
    public void Kinds_ComeAfterWhatTheyReferToAndWhatHoldsThem()
    {
        var seen = new HashSet<string>();
        foreach (var kind in Pair.Kinds)
        {
            kind.Fields.Select(field => field.References).OfType<string>().ShouldBeSubsetOf(seen);
            if (kind.PartOf is { } project)
            {
                seen.ShouldContain(project);
                kind.Field(kind.HeldBy!).Required.ShouldBeTrue();
            }

            seen.Add(kind.Name);
        }

        Pair.TopKinds.Select(kind => kind.Name).ShouldBe(["project"]);
        Pair.PartsOf(Pair.ProjectKind!).Select(kind => kind.Name).ShouldBe(["phase", "ticket", "scheduleEntry", "time"]);
    }

    [Fact]
    public void MatchRules_NameFieldsOfTheirKind()
    {
        foreach (var kind in Pair.Kinds) kind.MatchRules.SelectMany(rule => rule.Fields).ShouldBeSubsetOf(kind.Fields.Select(field => field.Name));
    }

    [Fact]
    public void ReferenceData_ComesFromConnectWiseOnly()
    {
        foreach (var kind in Pair.ReferenceKinds)
        {
            Pair.Defaults.CreatesFrom(kind, Side.Right).ShouldBeFalse(kind.Name);
            kind.Fields.Where(field => FlowSettings.Allows(field.Direction, Side.Right)).ShouldBeEmpty(kind.Name);
        }
    }

    [Theory]
    [InlineData("10", "NotStarted")]
    [InlineData("11", "NotStarted")]
    [InlineData("12", "InProgress")]
    [InlineData("99", "NotStarted")]
    public void Status_OfATicket_IsTheCategoryOfItsBoard(string id, string category) => Category(Read, "7", id).ShouldBe(FieldValue.Of(category));

    [Fact]
    public void Status_OfABoardThatIsNotKnown_IsTheDefault() => Category(Read, "8", "12").ShouldBe(FieldValue.Of("NotStarted"));

    [Fact]
    public void Status_ThatTheTenantPutElsewhere_IsThere() =>
        Category(Read with { StatusCategories = Choices("ticket", "Rollouts", "Scheduled", "OnHold") }, "7", "11").ShouldBe(FieldValue.Of("OnHold"));

    [Theory]
    [InlineData("NotStarted", "10")]
    [InlineData("InProgress", "12")]
    [InlineData("Complete", "13")]
    public void Category_TowardsConnectWise_IsTheStatusOfTheBoardThatStandsForIt(string category, string id) => Express(Read, category, OnBoard("7"))["status"].ShouldBe(new FieldValue.Reference(id));

    [Fact]
    public void Category_WithAStatusOfTheTenantsChoice_IsThatOne() =>
        Express(Read with { StatusDefaults = Choices("ticket", "Rollouts", "NotStarted", "Scheduled") }, "NotStarted", OnBoard("7"))["status"].ShouldBe(new FieldValue.Reference("11"));

    [Fact]
    public void Category_OfANewTicket_WaitsUntilItsBoardIsKnown()
    {
        Express(Read, "InProgress", null).ShouldBeEmpty();
        Pair.Kind("ticket").Inexpressible(Side.Left, FieldSet.Of(("status", FieldValue.Of("InProgress"))), Read, null).ShouldBe(["status"]);
    }

    [Fact]
    public void Category_ForWhichNoStatusInUseStands_IsSaidNotToHaveOne()
    {
        var project = Pair.Kind("project");
        Read.CanTranslate(project, project.Field("status"), Side.Left, FieldValue.Of("InPlanning")).ShouldBeFalse();
        Read.CanTranslate(project, project.Field("status"), Side.Left, FieldValue.Of("Active")).ShouldBeTrue();
        Read.CanTranslate(project, project.Field("status"), Side.Right, FieldValue.Of("InPlanning")).ShouldBeTrue();
    }

    /// <summary>What people choose in ConnectWise later would otherwise never go over, since the two have not agreed yet.</summary>
    [Fact]
    public void Category_ForWhichNoStatusStands_GivesWayToThatOfTheProjectThatWasMade()
    {
        var project = Pair.Kind("project");
        var link = new Link(new LinkId("l"), project.Name) { State = LinkState.Active, CreatedFrom = Side.Right, LeftId = "1", RightId = "p" };
        var item = new PlanItem(link, Showing("1", "Active"), Showing("p", "InPlanning"));

        var actions = SyncPlanner.PlanOne(project, Read, item, DateTimeOffset.UnixEpoch).Actions;

        var write = actions.OfType<SyncAction.Write>().ShouldHaveSingleItem();
        (write.Target, write.Fields["status"]).ShouldBe((Side.Right, FieldValue.Of("Active")));
        actions.OfType<SyncAction.Conflict>().ShouldHaveSingleItem().Winner.ShouldBe(Side.Left);

        static Sight Showing(string id, string category) => new Sight.Present(new Record(id, FieldSet.Of(("status", FieldValue.Of(category)))));
    }

    [Theory]
    [InlineData("Cancelled by client", true, "Cancelled")]
    [InlineData("Closed", true, "Completed")]
    [InlineData("On-Hold", false, "OnHold")]
    [InlineData("In Progress", false, "Active")]
    [InlineData("New", false, "InPlanning")]
    public void Guess_OfAProjectStatus_GoesByWhatItSays(string name, bool closed, string category) =>
        Pair.Kind("project").Field("status").Status!.Guess(new Record("1", FieldSet.Of(("name", FieldValue.Of(name)), ("closedFlag", new FieldValue.Flag(closed))))).ShouldBe(category);

    [Fact]
    public void ScheduleEntry_WithoutStartEndAndHours_StaysWhereItIsUnlessWanted()
    {
        var entry = Pair.Kind("scheduleEntry");
        var bare = new Record("1", FieldSet.Of(("ticket", new FieldValue.Reference("5")), ("dateStart", FieldValue.None)));
        entry.Project(Side.Left, bare, Pair.Defaults).Block!.Reason.ShouldBe(SkipReason.Bare);
        entry.Project(Side.Left, bare, Pair.Defaults.With(entry.Name, kind => kind with { Bare = true })).Block.ShouldBeNull();
        entry.Project(Side.Left, bare with { Fields = bare.Fields.With("hours", new FieldValue.Number(1)) }, Pair.Defaults).Block.ShouldBeNull();
    }

    [Fact]
    public void Project_ArchivedInMoovila_PausesAndIsNeverArchivedInConnectWise()
    {
        var project = Pair.Kind("project");
        var link = new Link(new LinkId("l"), project.Name)
        {
            State = LinkState.Active,
            LeftId = "1",
            RightId = "r",
            Bases = new Bases(FieldSet.Of(("name", FieldValue.Of("P"))), FieldSet.Of(("name", FieldValue.Of("P")), (KindMap.Lifecycle, KindMap.Active))),
        };
        var left = project.Project(Side.Left, new Record("1", FieldSet.Of(("name", FieldValue.Of("P")))), Pair.Defaults);
        var archived = project.Project(Side.Right, new Record("r", FieldSet.Of(("title", FieldValue.Of("P")), ("archived", new FieldValue.Flag(true)))), Pair.Defaults);
        var plan = SyncPlanner.PlanOne(project, Pair.Defaults, new PlanItem(link, new Sight.Present(left), new Sight.Present(archived)), DateTimeOffset.UnixEpoch);
        plan.HasEffects.ShouldBeFalse();
        plan.Actions.OfType<SyncAction.End>().ShouldHaveSingleItem().State.ShouldBe(LinkState.Paused);

        // Active once more: a person resumes it.
        var active = archived with { Fields = archived.Fields.With(KindMap.Lifecycle, KindMap.Active) };
        var paused = link with { State = LinkState.Paused, PausedBy = PauseCause.Archived };
        SyncPlanner.PlanOne(project, Pair.Defaults, new PlanItem(paused, new Sight.Present(left), new Sight.Present(active)), DateTimeOffset.UnixEpoch).Actions.OfType<SyncAction.Resume>().ShouldBeEmpty();
    }

    [Fact]
    public void ExternalId_IsConnectWisesOwn_AndNeverWrittenThere()
    {
        Pair.Kind("project").Project(Side.Left, new Record("42", FieldSet.Empty), Pair.Defaults).Fields["externalId"].ShouldBe(FieldValue.Of("42"));
        Pair.Kind("project").Express(Side.Left, FieldSet.Of(("externalId", FieldValue.Of("43"))), Pair.Defaults).ShouldBeEmpty();
    }

    private static FieldValue? Category(FlowSettings settings, string board, string status) =>
        Pair.Kind("ticket").Project(Side.Left, OnBoard(board) with { Fields = OnBoard(board).Fields.With("status", new FieldValue.Reference(status)) }, settings).Fields.Find("status");

    private static FieldSet Express(FlowSettings settings, string category, Record? target) => Pair.Kind("ticket").Express(Side.Left, FieldSet.Of(("status", FieldValue.Of(category))), settings, target);

    private static Record OnBoard(string board) => new("5", FieldSet.Of(("board", new FieldValue.Reference(board))));

    private static BoardStatus Status(string id, string name, string category) => new(id, name, category, IsDefault: false);

    private static StatusChoices Choices(string kind, string board, string name, string choice) => new(
        StatusChoices.None.Kinds.Add(kind, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Empty.Add(board, ImmutableSortedDictionary<string, string>.Empty.Add(name, choice))));
}
