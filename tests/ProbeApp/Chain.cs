using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace SyncFunctions.ProbeApp;

/// <summary>What a chain is asked to do.</summary>
/// <param name="Steps">How many activities, one after the other.</param>
/// <param name="Milliseconds">How long each of them takes.</param>
public sealed record ChainInput(int Steps, int Milliseconds);

/// <summary>An orchestration of activities in a row, and the addresses that start it and tell how it is.</summary>
public sealed class Chain(Journal journal)
{
    [Function("Chain")]
    public static async Task<int> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<ChainInput>()!;
        var sum = 0;
        for (var step = 1; step <= input.Steps; step++) sum += await context.CallActivityAsync<int>("Step", new ChainStep(context.InstanceId, step, input.Milliseconds));
        return sum;
    }

    [Function("Step")]
    public async Task<int> StepAsync([ActivityTrigger] ChainStep step, CancellationToken cancellation)
    {
        journal.Add("Step", $"began {step.Instance} {step.Number}");
        await Task.Delay(step.Milliseconds, cancellation);
        journal.Add("Step", $"ended {step.Instance} {step.Number}");
        return step.Number;
    }

    [Function("StartChain")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chains/{id}")] HttpRequest request,
        string id,
        int? steps,
        int? wait,
        bool? end,
        [DurableClient] DurableTaskClient client)
    {
        var input = new ChainInput(steps ?? 3, wait ?? 0);
        await client.ScheduleNewOrchestrationInstanceAsync("Chain", input, new StartOrchestrationOptions(id), request.HttpContext.RequestAborted);
        journal.Add("StartChain", $"started {id}");
        if (end is true) await client.WaitForInstanceCompletionAsync(id, request.HttpContext.RequestAborted);
        return new AcceptedResult();
    }

    /// <summary>The status as text, then the output as JSON if there is one.</summary>
    [Function("ChainStatus")]
    public async Task<IActionResult> StatusAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chains/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client)
    {
        var instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true, request.HttpContext.RequestAborted);
        return instance is null ? new NotFoundResult() : new OkObjectResult($"{instance.RuntimeStatus} {instance.SerializedOutput}".Trim());
    }
}

/// <summary>One activity of a chain.</summary>
public sealed record ChainStep(string Instance, int Number, int Milliseconds);
