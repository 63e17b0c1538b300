namespace SyncFunctions.Connectors.Tests;

public sealed class CallGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_MoreThanTheLimit_WaitInTheirOrder()
    {
        var gate = new CallGate(2);
        await gate.EnterAsync(Cancel);
        await gate.EnterAsync(Cancel);
        var third = gate.EnterAsync(Cancel);
        var fourth = gate.EnterAsync(Cancel);
        third.IsCompleted.ShouldBeFalse();

        gate.Leave();
        third.IsCompletedSuccessfully.ShouldBeTrue();
        fourth.IsCompleted.ShouldBeFalse();
        gate.Leave();
        fourth.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesItsPlaceToTheNext()
    {
        var gate = new CallGate(1);
        await gate.EnterAsync(Cancel);
        using var impatient = new CancellationTokenSource();
        var second = gate.EnterAsync(impatient.Token);
        var third = gate.EnterAsync(Cancel);

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => second);
        gate.Leave();
        third.IsCompletedSuccessfully.ShouldBeTrue();
        gate.Leave();
        gate.EnterAsync(Cancel).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Enter_ManyThreads_NeverLetsInMoreThanTheLimit()
    {
        var gate = new CallGate(3);
        var (inside, most) = (0, 0);
        await Parallel.ForAsync(0, 2000, Cancel, async (_, cancel) =>
        {
            await gate.EnterAsync(cancel);
            var now = Interlocked.Increment(ref inside);
            for (var seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            gate.Leave();
        });

        most.ShouldBeInRange(1, 3);
        inside.ShouldBe(0);
    }
}
