using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Processes;

/// <summary>A timer that two processes of one app have.</summary>
public sealed class TimerProcessTests(AzuriteFixture azurite) : IDisposable
{
    private readonly ProbeApp _app = new(azurite.ConnectionString);

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Timer_OfAFrozenAndThenAKilledProcess_GoesOnInTheOtherAndNeverComesTwice()
    {
        _app.Settings["TickSchedule"] = "* * * * * *";
        await using var first = await _app.StartAsync();
        await TicksAsync(first, 2);
        await using var second = await _app.StartAsync();
        await TicksAsync(first, 1);

        // Longer than the lease lasts: the other one has the timer then.
        first.Freeze();
        await TicksAsync(second, 2);
        first.Thaw();
        var thawed = DateTimeOffset.UtcNow;
        await TicksAsync(second, 3);
        Ticks(first).ShouldNotContain(line => line.Time >= thawed);

        await second.KillAsync();
        await TicksAsync(first, 2);
        var seconds = _app.Journal.GroupBy(line => line.Time.UtcTicks / TimeSpan.TicksPerSecond);
        seconds.ShouldAllBe(second => second.DistinctBy(line => line.Process).Count() == 1);
    }

    [Fact]
    public async Task Timer_OfAProcessThatSlept_ComesOnceForAllItMissed()
    {
        _app.Settings["TickSchedule"] = "* * * * * *";
        await using var probe = await _app.StartAsync();
        await TicksAsync(probe, 2);
        probe.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var thawed = DateTimeOffset.UtcNow;
        probe.Thaw();
        await TicksAsync(probe, 4);
        // One at once, then one a second; the five that it missed would come in no time.
        (Ticks(probe).Where(line => line.Time >= thawed).ElementAt(3).Time - thawed).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
    }

    private List<JournalLine> Ticks(ProbeProcess probe) => [.. _app.Journal.Where(line => line.Process == probe.Id && line.Function == "Tick")];

    /// <summary>Waits until it has ticked that often from now on.</summary>
    private async Task TicksAsync(ProbeProcess probe, int count)
    {
        var before = Ticks(probe).Count;
        await Eventually.HoldsAsync(() => Task.FromResult(Ticks(probe).Count >= before + count ? null : $"It ticked {Ticks(probe).Count - before} of {count} times."));
    }
}
