using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

internal sealed class OrchestrationListener(DurableFunctions known, DurableHost host) : ITriggerListener
{
    public Type TriggerAttribute => typeof(OrchestrationTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        known.AddOrchestrators(functions);
        return host.ListenerStartedAsync(cancellation);
    }

    public Task StopAsync(CancellationToken cancellation) => host.StopAsync(cancellation);
}

internal sealed class ActivityListener(DurableFunctions known, DurableHost host) : ITriggerListener, IManualTrigger
{
    public Type TriggerAttribute => typeof(ActivityTriggerAttribute);

    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        known.AddActivities(functions);
        return host.ListenerStartedAsync(cancellation);
    }

    public Task StopAsync(CancellationToken cancellation) => host.StopAsync(cancellation);

    /// <summary>A run of no orchestration: its result is nobody's.</summary>
    public Task<TriggerInvocation> ForManualRunAsync(FunctionDescriptor function, string input, CancellationToken cancellation)
        => Task.FromResult(new TriggerInvocation(input, new Dictionary<string, object?>()));
}
