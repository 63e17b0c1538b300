namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The moments of a stop: no more work is taken, then what still runs is told to end, then nobody waits for it any more.</summary>
internal sealed class HostShutdown(EmbeddedHostOptions options) : IDisposable
{
    private readonly CancellationTokenSource _drainExpired = new();
    private readonly CancellationTokenSource _givenUp = new();

    /// <summary>Fires when the time for running functions is over.</summary>
    public CancellationToken DrainExpired => _drainExpired.Token;

    /// <summary>Fires when those that were told to end have had their time too.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    public void BeginDrain()
    {
        _drainExpired.CancelAfter(options.DrainLimit);
        _givenUp.CancelAfter(options.DrainLimit + options.AbandonAfter);
    }

    public void Dispose()
    {
        _drainExpired.Dispose();
        _givenUp.Dispose();
    }
}
