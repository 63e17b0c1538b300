using SyncFunctions.Engine;
using static SyncFunctions.State.RunStatus;

namespace SyncFunctions.State.Tests;

public sealed class RunStatusMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly RunId One = new("one");
    private static readonly RunId Two = new("two");

    [Theory]
    [InlineData(Idle, Idle, false)]
    [InlineData(Idle, Requested, true)]
    [InlineData(Idle, InQueue, true)]
    [InlineData(Idle, Syncing, true)]
    [InlineData(Requested, Idle, true)]
    [InlineData(Requested, Requested, false)]
    [InlineData(Requested, InQueue, true)]
    [InlineData(Requested, Syncing, true)]
    [InlineData(InQueue, Idle, true)]
    [InlineData(InQueue, Requested, false)]
    [InlineData(InQueue, InQueue, false)]
    [InlineData(InQueue, Syncing, true)]
    [InlineData(Syncing, Idle, true)]
    [InlineData(Syncing, Requested, true)]
    [InlineData(Syncing, InQueue, false)]
    [InlineData(Syncing, Syncing, false)]
    public void Allows_EveryPair(RunStatus from, RunStatus to, bool allowed) => RunStatusMachine.Allows(from, to).ShouldBe(allowed);

    [Fact]
    public void Take_Nobody_IsTheFirstEpoch() =>
        Take(null, One).ShouldBe(new Guard(Lane.Live, Syncing, One, 1, Now, Now + Lease, "delta", "poll", null));

    [Theory]
    [InlineData(Idle)]
    [InlineData(Requested)]
    public void Take_NotHeld_IsTheNextEpoch(RunStatus status) =>
        Take(Held(status, null, until: null), Two).ShouldBe(new Guard(Lane.Live, Syncing, Two, 8, Now, Now + Lease, "delta", "poll", null));

    [Theory]
    [InlineData(InQueue)]
    [InlineData(Syncing)]
    public void Take_HeldByAnother_IsRefused(RunStatus status)
    {
        Take(Held(status, One, Now.AddTicks(1)), Two).ShouldBeNull();
        Take(Held(status, One, until: null), Two).ShouldBeNull();
    }

    [Theory]
    [InlineData(InQueue)]
    [InlineData(Syncing)]
    public void Take_Expired_IsTakenOverWithTheNextEpoch(RunStatus status)
    {
        var taken = Take(Held(status, One, Now), Two)!;

        (taken.Run, taken.Epoch, taken.Since).ShouldBe((Two, 8, Now));
    }

    [Fact]
    public void Take_SameRunAgain_RenewsAndKeepsTheEpoch()
    {
        var renewed = Take(Held(Syncing, One, Now.AddMinutes(-1)), One)!;

        (renewed.Epoch, renewed.Since, renewed.Until, renewed.Mode).ShouldBe((7, Now.AddHours(-1), Now + Lease, "sweep"));
    }

    [Fact]
    public void Take_SameRunOutOfTheQueue_BeginsToSync()
    {
        var started = Take(Held(InQueue, One, Now.AddMinutes(1)), One)!;

        (started.Status, started.Epoch, started.Since).ShouldBe((Syncing, 7, Now));
    }

    [Fact]
    public void Take_SameRunAfterItFinished_IsANewEpoch() => Take(Held(Idle, One, null), One)!.Epoch.ShouldBe(8);

    [Fact]
    public void Finish_NothingAsked_IsIdle() =>
        RunStatusMachine.Finish(Held(Syncing, One, Now), Now).ShouldBe(new Guard(Lane.Live, Idle, null, 7, Now, null, null, null, null));

    [Fact]
    public void Finish_AskedAgainMeanwhile_IsRequested() =>
        RunStatusMachine.Finish(Held(Syncing, One, Now) with { RequestedMode = "full" }, Now)
            .ShouldBe(new Guard(Lane.Live, Requested, null, 7, Now, null, "full", "manual", null));

    private static Guard? Take(Guard? current, RunId run) => RunStatusMachine.Take(current, Lane.Live, null, run, Syncing, "delta", "poll", Now, Lease);

    private static Guard Held(RunStatus status, RunId? run, DateTimeOffset? until) =>
        new(Lane.Live, status, run, 7, Now.AddHours(-1), until, "sweep", "manual", null);
}
