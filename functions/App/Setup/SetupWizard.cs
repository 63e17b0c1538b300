using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Setup;

public enum SetupStep
{
    SignIn,
    Team,
    Stages,
    Import,
    Done,
}

public enum StepState
{
    /// <summary>A step before it is not done.</summary>
    Waiting,

    /// <summary>The one to do now.</summary>
    Current,

    /// <summary>Under way by itself.</summary>
    Running,
    Done,
    Skipped,
}

public sealed record SetupStepView(SetupStep Name, StepState State, string Detail);

/// <summary>What the wizard has to know beside its document.</summary>
/// <param name="NotConnected">Why a connection is not ready; empty if both are.</param>
/// <param name="SignedInUser">Who signed in, in a form that is the same every time; null where no vendor tells.</param>
/// <param name="IsLive">The flow went live, with or without the wizard.</param>
/// <param name="ImportProblem">Why the import stopped before its end: it can be begun again.</param>
public sealed record SetupFacts(ImmutableArray<string> NotConnected, string? SignedInUser, bool IsLive, string? ImportProblem = null);

/// <summary>The steps and what each needs: a pure function of what is stored.</summary>
public static class SetupWizard
{
    /// <summary>The steps of a pair; one without a team or stages has fewer.</summary>
    public static ImmutableArray<SetupStep> StepsOf(Pair pair)
    {
        var steps = ImmutableArray.CreateBuilder<SetupStep>();
        steps.Add(SetupStep.SignIn);
        if (pair.TeamKind is not null) steps.Add(SetupStep.Team);
        if (pair.Stages is not null) steps.Add(SetupStep.Stages);
        steps.Add(SetupStep.Import);
        return steps.ToImmutable();
    }

    public static SetupStep Current(Pair pair, SetupDocument document, SetupFacts facts)
    {
        if (document.SkippedAt is not null || document.Import is { CompletedAt: not null }) return SetupStep.Done;
        if (IsImporting(document, facts)) return SetupStep.Import;
        if (facts.IsLive) return SetupStep.Done;
        if (!facts.NotConnected.IsEmpty) return SetupStep.SignIn;
        if (pair.TeamKind is not null && !IsTeamDone(document, facts)) return SetupStep.Team;
        return pair.Stages is not null && document.StagesSavedAt is null ? SetupStep.Stages : SetupStep.Import;
    }

    public static ImmutableArray<SetupStepView> Views(Pair pair, SetupDocument document, SetupFacts facts)
    {
        var current = Current(pair, document, facts);
        return [.. StepsOf(pair).Select(step => new SetupStepView(step, StateOf(step, current, document, facts), Detail(step, document, facts)))];
    }

    /// <summary>Ends the request if a step before <paramref name="step"/> is not done. A step that is done may be done again until the import begins.</summary>
    public static void Require(SetupStep step, Pair pair, SetupDocument document, SetupFacts facts)
    {
        if (!StepsOf(pair).Contains(step)) throw ProblemException.NotFound("step in the setup of this pair");
        var current = Current(pair, document, facts);
        if (current == SetupStep.Done) throw new ProblemException(ProblemType.SetupOrder, "The flow is set up already.");
        if (IsImporting(document, facts)) throw new ProblemException(ProblemType.SetupOrder, "The import has begun.");
        if (step > current) throw new ProblemException(ProblemType.SetupOrder, $"First comes the step {Json.ToNode(current)}: {Detail(current, document, facts)}");
    }

    private static bool IsImporting(SetupDocument document, SetupFacts facts) =>
        document.Import is { Run: not null, CompletedAt: null } && facts.ImportProblem is null;

    private static bool IsTeamDone(SetupDocument document, SetupFacts facts) =>
        document.TeamSavedAt is not null && (facts.SignedInUser is null || document.MatchedUser == facts.SignedInUser);

    private static StepState StateOf(SetupStep step, SetupStep current, SetupDocument document, SetupFacts facts) => (step, current) switch
    {
        _ when document.SkippedAt is not null && document.Import is null => StepState.Skipped,
        (SetupStep.Import, SetupStep.Import) when IsImporting(document, facts) => StepState.Running,
        (SetupStep.Import, SetupStep.Done) when document.Import is not { CompletedAt: not null } => StepState.Skipped,
        _ when step < current => StepState.Done,
        _ when step == current => StepState.Current,
        _ => StepState.Waiting,
    };

    private static string Detail(SetupStep step, SetupDocument document, SetupFacts facts) => step switch
    {
        SetupStep.SignIn => facts.NotConnected.IsEmpty ? "Both systems are connected." : string.Join(' ', facts.NotConnected),
        SetupStep.Team when document.TeamSavedAt is null => "Match the people of both systems, the person who signed in among them.",
        SetupStep.Team when !IsTeamDone(document, facts) => "Another person has signed in since, who must be matched as well.",
        SetupStep.Team => document.WithoutCounterpart.IsEmpty
            ? "The people are matched."
            : $"The people are matched; for {document.WithoutCounterpart.Length} of them the import creates a counterpart.",
        SetupStep.Stages => document.StagesSavedAt is null ? "Map the stages, or save an empty map." : "The stages are saved.",
        SetupStep.Import when facts.ImportProblem is { } problem => $"The import stopped: {problem} Begin it again; what was done stays done.",
        SetupStep.Import when IsImporting(document, facts) => "The import is under way; it goes on without this page.",
        SetupStep.Import when document.Import is { CompletedAt: not null } => "The import is complete.",
        SetupStep.Import => "Begin the import.",
        _ => "",
    };
}
