namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The two moments of a stop: no more work is taken, and later what still runs is told to end.</summary>
internal sealed class HostShutdown : IDisposable
{
    private readonly CancellationTokenSource _drainExpired = new();

    /// <summary>Fires when the time for running functions is over.</summary>
    public CancellationToken DrainExpired => _drainExpired.Token;

    public void BeginDrain(TimeSpan limit) => _drainExpired.CancelAfter(limit);

    public void Dispose() => _drainExpired.Dispose();
}
