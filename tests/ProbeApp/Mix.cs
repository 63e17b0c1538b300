using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace SyncFunctions.ProbeApp;

/// <summary>An orchestration with a bit of everything, which a queue message starts and lets go on.</summary>
public sealed class Mix(Journal journal)
{
    /// <summary>What each of them ends with.</summary>
    public const int Result = 1 + 2 + 3 + (1 + 2) + 100;

    [Function("Mix")]
    public static async Task<int> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var steps = await Task.WhenAll(Enumerable.Range(1, 3).Select(step => context.CallActivityAsync<int>("Step", new ChainStep(context.InstanceId, step, 50))));
        await context.CreateTimer(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        var child = await context.CallSubOrchestratorAsync<int>("Chain", new ChainInput(2, 20));
        return steps.Sum() + child + await context.WaitForExternalEvent<int>("go");
    }

    /// <summary>Takes the id of the orchestration.</summary>
    [Function("StartMix")]
    public async Task StartAsync([QueueTrigger("%WorkQueue%-mix")] string id, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        // The message may come again at any moment of what it has done before.
        var instance = await client.GetInstanceAsync(id, cancellation);
        if (instance is null) await client.ScheduleNewOrchestrationInstanceAsync("Mix", new StartOrchestrationOptions(id), cancellation);
        if (instance is not { IsCompleted: true }) await client.RaiseEventAsync(id, "go", 100, cancellation);
        journal.Add("StartMix", $"ended {id}");
    }
}
