namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Listens for one kind of trigger. Registered as a singleton; the host starts it with the functions of its kind.</summary>
internal interface ITriggerListener
{
    /// <summary>The attribute that marks the trigger parameter.</summary>
    Type TriggerAttribute { get; }

    /// <summary>Called once, also when there is no function of this kind.</summary>
    Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation);

    /// <summary>
    /// Takes no more work at once, then waits for what is running. When <paramref name="cancellation"/> fires, running functions
    /// have been told to stop (their tokens fire) and the listener returns without waiting for much longer.
    /// </summary>
    Task StopAsync(CancellationToken cancellation);
}
