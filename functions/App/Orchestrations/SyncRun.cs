using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using SyncFunctions.App.Setup;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>
/// A run of a flow: kinds in reference order, page by page, then what lives inside projects. Its input is its whole state, so that
/// it starts anew with a short history every few steps.
/// </summary>
public static class SyncRun
{
    /// <summary>Steps between two fresh histories: each is a handful of rows.</summary>
    private const int StepsPerGeneration = 20;

    /// <summary>Sub-orchestrations at once.</summary>
    private const int InFlight = 20;

    /// <summary>Up to so many changed projects get an orchestration each; beyond that one for every so many.</summary>
    private const int GroupSize = 50;

    private const int MaxFailures = 10;

    /// <summary>At a write that was cut off, before the import is complete without it.</summary>
    private const int MostLooks = 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>A wait that is longer is shown, and can be ended by an order.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromMinutes(1);

    [Function(nameof(SyncRun))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<SyncRunInput>()!;
        try
        {
            for (var step = 0; input.Stage != RunStage.Finished; step++)
            {
                if (step == StepsPerGeneration)
                {
                    context.ContinueAsNew(input);
                    return;
                }

                var stage = input.Stage;
                input = await StepAsync(context, input);
                if (stage == RunStage.Insides && input.Stage == RunStage.Insides) step = StepsPerGeneration - 1;
            }

            await context.CallActivityAsync(nameof(FinishRun), new FinishRunInput(input, null));
        }
        catch (TaskFailedException failure)
        {
            await context.CallActivityAsync(nameof(FinishRun), new FinishRunInput(input, failure.FailureDetails?.ErrorMessage ?? failure.Message));
            return;
        }
        catch (OrderedException ordered)
        {
            if (ordered.Order == RunOrder.Pause) await context.CallActivityAsync(nameof(RestRun), input);
            else await context.CallActivityAsync(nameof(FinishRun), new FinishRunInput(input, null, Cancelled: true));
            return;
        }
        catch (RunFailedException failure)
        {
            await context.CallActivityAsync(nameof(FinishRun), new FinishRunInput(input, failure.Message));
            return;
        }

        // Not part of the run: an e-mail that cannot be sent is no reason to call the import a failure.
        if (input.Mode == RunMode.Import) await CompleteAsync(context, input);
    }

    /// <summary>A write that was cut off by a crash is on its way until its time is up; then the report counts what became of it.</summary>
    private static async Task CompleteAsync(TaskOrchestrationContext context, SyncRunInput input)
    {
        for (var look = 1; await context.CallActivityAsync<DateTimeOffset?>(nameof(CompleteImport), new CompleteImportInput(input, look == MostLooks), CompleteImport.Retries) is { } settledAt; look++)
        {
            var soon = context.CurrentUtcDateTime + BetweenLooks;
            await context.CreateTimer(settledAt.UtcDateTime > soon ? settledAt.UtcDateTime : soon, CancellationToken.None);
        }
    }

    private static async Task<SyncRunInput> StepAsync(TaskOrchestrationContext context, SyncRunInput input)
    {
        switch (input.Stage)
        {
            case RunStage.Count:
                await context.CallActivityAsync(nameof(CountRecords), input);
                return input.AfterCount();

            case RunStage.Note or RunStage.Records or RunStage.References:
                var page = await context.CallActivityAsync<PageResult>(input.Stage == RunStage.References ? nameof(SyncReferences) : nameof(SyncPage), input);
                Obey(page.Order);
                if (page.Failure is null) return input.After(page);
                if (page.RetryAt is not { } retryAt || input.Failures >= MaxFailures) throw new RunFailedException(page.Failure);
                await WaitAsync(context, input, retryAt, page.Failure);
                return input.AfterFailure();

            case RunStage.Gone:
                Obey(await context.CallActivityAsync<RunOrder?>(nameof(SyncGone), input));
                return input.AfterGone();

            case RunStage.News:
                return input.AfterNews(await context.CallActivityAsync<ImmutableArray<string>>(nameof(FindChangedProjects), input));

            case RunStage.Insides:
                return await InsidesAsync(context, input);

            case RunStage.Work:
                await context.CallActivityAsync(nameof(SyncWork), input);
                return input with { Stage = RunStage.Finished };

            default:
                throw new InvalidOperationException($"There is no step for {input.Stage}.");
        }
    }

    private static void Obey(RunOrder? order)
    {
        if (order is { } given) throw new OrderedException(given);
    }

    /// <summary>Until a vendor takes calls again, or a person wants something else.</summary>
    private static async Task WaitAsync(TaskOrchestrationContext context, SyncRunInput input, DateTimeOffset until, string why)
    {
        var wait = until - context.CurrentUtcDateTime;
        if (wait <= ShortWait)
        {
            await context.CreateTimer(until.UtcDateTime, CancellationToken.None);
            return;
        }

        await context.CallActivityAsync(nameof(WaitRun), new WaitRunInput(input, until, why));
        try
        {
            await context.WaitForExternalEvent<object?>(RunControl.Ordered, until - context.CurrentUtcDateTime);
        }
        catch (OperationCanceledException)
        {
            // Nobody wanted anything.
        }
    }

    private static async Task<SyncRunInput> InsidesAsync(TaskOrchestrationContext context, SyncRunInput input)
    {
        if (input.InsideKinds.IsEmpty || (!input.AllParents && input.Parents.IsEmpty)) return input.AfterAllInsides();
        string? after = null;
        var parents = input.Parents;
        if (input.AllParents)
        {
            var page = await context.CallActivityAsync<ParentPage>(nameof(ListParents), input);
            (parents, after) = (page.Parents, page.After);
        }

        // A project that hangs or fails does not hold up the others: its own run says so.
        var each = parents.Length <= GroupSize && !input.AllParents ? 1 : GroupSize;
        var wave = parents.Take(each == 1 ? GroupSize : InFlight * each).ToArray();
        var results = await EachAsync(context, input, [.. wave.Chunk(each)]);
        var counts = results.Aggregate(CountsByKind.None, (sum, result) => sum.Plus(result.Counts));
        await context.CallActivityAsync(nameof(ReportProgress), new ProgressInput(input.Tenant, input.Flow, input.Run, counts));
        Obey(results.Select(result => result.Order).FirstOrDefault(order => order is not null));
        return input.AfterInsides(wave.Length, after);
    }

    /// <summary>So many at a time; where one has ended, the next begins.</summary>
    private static async Task<List<ProjectsResult>> EachAsync(TaskOrchestrationContext context, SyncRunInput input, string[][] groups)
    {
        var (running, results) = (new List<Task<ProjectsResult>>(), new List<ProjectsResult>());
        foreach (var group in groups)
        {
            if (running.Count == InFlight) await OneAsync();
            running.Add(ProjectsAsync(context, input, group));
        }

        while (running.Count > 0) await OneAsync();
        return results;

        async Task OneAsync()
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            results.Add(await ended);
        }
    }

    private static async Task<ProjectsResult> ProjectsAsync(TaskOrchestrationContext context, SyncRunInput input, string[] parents)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<ProjectsResult>(nameof(ProjectRun), new ProjectRunInput(input.Tenant, input.Flow, input.Run, input.Epoch, input.Mode, input.InsideKinds, [.. parents]) { Trace = input.Trace });
        }
        catch (TaskFailedException)
        {
            return new ProjectsResult(CountsByKind.None.Plus(input.InsideKinds[0], KindCounts.None with { Done = parents.Length, Failed = parents.Length }));
        }
    }

    /// <summary>A person wants the run to rest or to end.</summary>
    private sealed class OrderedException(RunOrder order) : Exception
    {
        public RunOrder Order { get; } = order;
    }

    /// <summary>A vendor could not be read, and waiting did not help.</summary>
    private sealed class RunFailedException(string message) : Exception(message);
}
