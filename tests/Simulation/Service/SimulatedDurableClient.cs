using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace SyncFunctions.Simulation.Service;

/// <summary>An instance's way to the hub: every call is an effect.</summary>
internal sealed class SimulatedDurableClient(AppInstance app, SimulatedHub hub, TimeProvider time) : DurableTaskClient("simulation")
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var step = await app.Steps.TakeAsync(app, $"start {orchestratorName.Name} {options?.InstanceId}");
        var id = hub.Start(orchestratorName.Name, HubJson.Instance.Serialize(input), options?.InstanceId);
        await step.DoneAsync();
        return id;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        CallAsync($"raise {eventName} for {instanceId}", () => hub.Find(instanceId)?.Raise(eventName, HubJson.Instance.Serialize(eventPayload)));

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        CallAsync($"suspend {instanceId}", () => hub.Find(instanceId)?.Suspend(true));

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        CallAsync($"resume {instanceId}", () => hub.Find(instanceId)?.Suspend(false));

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        CallAsync($"terminate {instanceId}", () => hub.Find(instanceId)?.Terminate(HubJson.Instance.Serialize(options?.Output), time.GetUtcNow()));

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        var step = await app.Steps.TakeAsync(app, $"look at {instanceId}");
        await step.DoneAsync();
        return hub.Find(instanceId)?.Metadata();
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException("Nobody waits for an orchestration in the simulation.");

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException("Nobody waits for an orchestration in the simulation.");

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        throw new NotSupportedException("Nobody lists orchestrations in the simulation.");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CallAsync(string name, Action call)
    {
        var step = await app.Steps.TakeAsync(app, name);
        call();
        await step.DoneAsync();
    }
}
