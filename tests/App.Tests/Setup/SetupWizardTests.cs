using SyncFunctions.App.Problems;
using SyncFunctions.App.Setup;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Tests.Setup;

public sealed class SetupWizardTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SetupFacts Connected = new([], "anna", IsLive: false);
    private static readonly SetupDocument TeamSaved = SetupDocument.Empty with { TeamSavedAt = Now, MatchedUser = "anna" };
    private static readonly SetupDocument StagesSaved = TeamSaved with { StagesSavedAt = Now };
    private static readonly SetupDocument Importing = StagesSaved with { Import = new SetupImport(new RunId("r1"), Now, null) };
    private static readonly SetupDocument Imported = Importing with { Import = Importing.Import! with { CompletedAt = Now } };

    public static TheoryData<string, SetupDocument, SetupFacts, SetupStep> Situations => new()
    {
        { "nothing is connected", SetupDocument.Empty, Connected with { NotConnected = ["Left is pending."], SignedInUser = null }, SetupStep.SignIn },
        { "both are connected", SetupDocument.Empty, Connected, SetupStep.Team },
        { "the team is saved", TeamSaved, Connected, SetupStep.Stages },
        { "the team is saved, but another person signed in since", TeamSaved, Connected with { SignedInUser = "ben" }, SetupStep.Team },
        { "the team is saved and no vendor tells who signed in", TeamSaved, Connected with { SignedInUser = null }, SetupStep.Stages },
        { "a connection expired after the team was saved", TeamSaved, Connected with { NotConnected = ["Right is expired."] }, SetupStep.SignIn },
        { "the stages are saved", StagesSaved, Connected, SetupStep.Import },
        { "the import runs", Importing, Connected, SetupStep.Import },
        { "the import runs and another person signs in", Importing, Connected with { SignedInUser = "ben" }, SetupStep.Import },
        { "the import runs and a connection expires", Importing, Connected with { NotConnected = ["Left is expired."] }, SetupStep.Import },
        { "the import is complete", Imported, Connected with { IsLive = true }, SetupStep.Done },
        { "the wizard was skipped", SetupDocument.Empty with { SkippedAt = Now }, Connected with { IsLive = true }, SetupStep.Done },
        { "the flow was enabled without the wizard", TeamSaved, Connected with { IsLive = true }, SetupStep.Done },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void Wizard_InEverySituation_KnowsItsStep(string situation, SetupDocument document, SetupFacts facts, SetupStep expected) =>
        SetupWizard.Current(SynergyTinyPlus.Pair, document, facts).ShouldBe(expected, situation);

    [Fact]
    public void Views_InTheMiddle_ShowWhatIsDoneCurrentAndWaiting()
    {
        var views = SetupWizard.Views(SynergyTinyPlus.Pair, TeamSaved, Connected);

        views.Select(view => (view.Name, view.State)).ShouldBe([
            (SetupStep.SignIn, StepState.Done), (SetupStep.Team, StepState.Done), (SetupStep.Stages, StepState.Current), (SetupStep.Import, StepState.Waiting)]);
        views.ShouldAllBe(view => view.Detail.Length > 0);
    }

    [Fact]
    public void Views_WhileTheImportRuns_ShowItRunning() =>
        SetupWizard.Views(SynergyTinyPlus.Pair, Importing, Connected)[^1].State.ShouldBe(StepState.Running);

    [Fact]
    public void Views_AfterSkipping_ShowTheStepsSkipped() =>
        SetupWizard.Views(SynergyTinyPlus.Pair, SetupDocument.Empty with { SkippedAt = Now }, Connected with { IsLive = true })
            .ShouldAllBe(view => view.State == StepState.Skipped);

    [Theory]
    [InlineData(SetupStep.Stages)]
    [InlineData(SetupStep.Import)]
    public void Step_AheadOfTheCurrentOne_IsRefused(SetupStep step)
    {
        var problem = Should.Throw<ProblemException>(() => SetupWizard.Require(step, SynergyTinyPlus.Pair, SetupDocument.Empty, Connected));

        problem.Type.ShouldBe(ProblemType.SetupOrder);
    }

    [Fact]
    public void Step_BehindTheCurrentOne_MayBeDoneAgain() =>
        Should.NotThrow(() => SetupWizard.Require(SetupStep.Team, SynergyTinyPlus.Pair, StagesSaved, Connected));

    [Theory]
    [InlineData(SetupStep.Team)]
    [InlineData(SetupStep.Stages)]
    [InlineData(SetupStep.Import)]
    public void Step_OnceTheImportHasBegun_IsRefused(SetupStep step)
    {
        Should.Throw<ProblemException>(() => SetupWizard.Require(step, SynergyTinyPlus.Pair, Importing, Connected));
        Should.Throw<ProblemException>(() => SetupWizard.Require(step, SynergyTinyPlus.Pair, Imported, Connected));
    }

    [Fact]
    public void Pair_WithoutTeamAndStages_GoesFromSignInToImport()
    {
        var pair = SynergyTinyPlus.Pair with { TeamKind = null, Stages = null };

        SetupWizard.StepsOf(pair).ShouldBe([SetupStep.SignIn, SetupStep.Import]);
        SetupWizard.Current(pair, SetupDocument.Empty, Connected).ShouldBe(SetupStep.Import);
    }
}
