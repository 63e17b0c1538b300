namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A listener whose functions can be set off by hand, through <c>POST /admin/functions/{name}</c>.</summary>
internal interface IManualTrigger
{
    /// <summary>What such a run is given; also for a function whose trigger is disabled or in error.</summary>
    Task<TriggerInvocation> ForManualRunAsync(FunctionDescriptor function, string input, CancellationToken cancellation);
}
