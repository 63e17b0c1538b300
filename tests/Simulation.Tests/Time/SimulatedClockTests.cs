using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Tests.Time;

public sealed class SimulatedClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void MoveTo_TimersDue_FireInOrderAtTheirTime()
    {
        var clock = new SimulatedClock(Start);
        var fired = new List<(string, TimeSpan)>();
        void Note(string name) => fired.Add((name, clock.Now - Start));
        using var late = clock.CreateTimer(_ => Note("late"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var every = clock.CreateTimer(_ => Note("every"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        using var gone = clock.CreateTimer(_ => Note("gone"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        gone.Dispose();

        clock.NextDue.ShouldBe(Start.AddSeconds(1));
        clock.MoveTo(Start.AddSeconds(4));

        fired.ShouldBe([("every", TimeSpan.FromSeconds(1)), ("late", TimeSpan.FromSeconds(3)), ("every", TimeSpan.FromSeconds(3))]);
        clock.Now.ShouldBe(Start.AddSeconds(4));
    }

    [Fact]
    public async Task Delay_TimeMoved_GoesOnOnTheMoversThread()
    {
        var clock = new SimulatedClock(Start);
        var threads = new List<int>();
        var waiting = WaitAsync();
        waiting.IsCompleted.ShouldBeFalse();
        clock.MoveTo(Start.AddMinutes(1));

        waiting.IsCompletedSuccessfully.ShouldBeTrue();
        await waiting;
        threads.ShouldBe([Environment.CurrentManagedThreadId]);

        async Task WaitAsync()
        {
            await Task.Delay(TimeSpan.FromMinutes(1), clock, TestContext.Current.CancellationToken).ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }
}
