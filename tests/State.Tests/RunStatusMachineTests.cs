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
    public void Take_WaitsForAVendor_IsRefusedToOthersAndGoesOnForItsOwnRun()
    {
        var waiting = RunStatusMachine.Wait(Held(Syncing, One, Now), Now.AddHours(9), "No calls left today.", Now, Lease);

        (waiting.Status, waiting.Run, waiting.NotBefore, waiting.Until, waiting.Detail).ShouldBe((Requested, One, Now.AddHours(9), Now.AddHours(9) + Lease, "No calls left today."));
        Take(waiting, Two).ShouldBeNull();
        var gone = Take(waiting, One)!;
        (gone.Status, gone.Epoch, gone.NotBefore, gone.Detail, gone.Until).ShouldBe((Syncing, 7, null, null, Now + Lease));
    }

    [Fact]
    public void Take_Paused_IsRefusedToEverybodyForever()
    {
        var paused = RunStatusMachine.Pause(Held(Syncing, One, Now), "Paused by hand.", Now.AddYears(-1));

        (paused.Status, paused.Run, paused.Until, paused.IsHeld(Now)).ShouldBe((Requested, One, null, true));
        Take(paused, One).ShouldBeNull();
        Take(paused, Two).ShouldBeNull();
    }

    [Fact]
    public void Resume_Paused_IsTheNextEpochOfTheSameRun()
    {
        var resumed = RunStatusMachine.Resume(RunStatusMachine.Pause(Held(Syncing, One, Now), "Paused by hand.", Now), Now, Lease);

        (resumed.Status, resumed.Run, resumed.Epoch, resumed.Until, resumed.Paused, resumed.Detail).ShouldBe((InQueue, One, 8, Now + Lease, false, null));
    }

    [Fact]
    public void Ask_Nobody_IsRequested() =>
        Ask(null, "Delta").ShouldBe(new Guard(Lane.Live, Requested, null, 0, Now, null, "Delta", "hook", null));

    [Theory]
    [InlineData(InQueue)]
    [InlineData(Syncing)]
    public void Ask_WhileOneRuns_IsKeptOnceForItsEnd(RunStatus status)
    {
        var held = Held(status, One, Now.AddTicks(1));

        var asked = Ask(held, "Delta");

        asked.ShouldBe(held with { RequestedMode = "Delta" });
        Ask(asked, "Delta").ShouldBe(asked);
    }

    [Theory]
    [InlineData("Delta", "Comprehensive", "Comprehensive")]
    [InlineData("Comprehensive", "Delta", "Comprehensive")]
    [InlineData("Reference", "Delta", "Delta")]
    [InlineData("Delta", "Reference", "Delta")]
    public void Ask_Twice_IsTheOneThatDoesMore(string first, string second, string kept)
    {
        Ask(Ask(Held(Syncing, One, Now.AddHours(1)), first), second).RequestedMode.ShouldBe(kept);
        Ask(Ask(Held(Idle, null, null), first), second).Mode.ShouldBe(kept);
    }

    [Fact]
    public void Ask_HeldByADeadRun_IsRequestedAnew()
    {
        var asked = Ask(Held(Syncing, One, Now), "Delta");

        (asked.Status, asked.Run, asked.Epoch, asked.IsAsked).ShouldBe((Requested, null, 7, true));
        Take(asked, Two)!.Epoch.ShouldBe(8);
    }

    [Fact]
    public void Ask_InCoolDown_KeepsItsEnd()
    {
        var cooling = RunStatusMachine.Finish(Held(Syncing, One, Now), Now, TimeSpan.FromMinutes(10));

        var asked = Ask(cooling, "Delta");

        (asked.Status, asked.NotBefore, asked.MayBegin(Now), asked.MayBegin(Now.AddMinutes(10))).ShouldBe((Requested, Now.AddMinutes(10), false, true));
    }

    [Fact]
    public void Finish_NothingAsked_IsIdle() =>
        Finish(Held(Syncing, One, Now)).ShouldBe(new Guard(Lane.Live, Idle, null, 7, Now, null, null, null, null));

    [Fact]
    public void Finish_AskedAgainMeanwhile_IsRequested() =>
        Finish(Held(Syncing, One, Now) with { RequestedMode = "full" }).ShouldBe(new Guard(Lane.Live, Requested, null, 7, Now, null, "full", "manual", null));

    [Fact]
    public void Withdraw_Requested_IsIdle() =>
        RunStatusMachine.Withdraw(Ask(null, "Delta"), Now.AddMinutes(1)).ShouldBe(new Guard(Lane.Live, Idle, null, 0, Now.AddMinutes(1), null, null, null, null));

    private static Guard Finish(Guard held) => RunStatusMachine.Finish(held, Now, TimeSpan.Zero);

    private static Guard Ask(Guard? current, string mode) => RunStatusMachine.Ask(current, Lane.Live, mode, "hook", Now);

    private static Guard? Take(Guard? current, RunId run) => RunStatusMachine.Take(current, Lane.Live, run, Syncing, "delta", "poll", Now, Lease);

    private static Guard Held(RunStatus status, RunId? run, DateTimeOffset? until) =>
        new(Lane.Live, status, run, 7, Now.AddHours(-1), until, "sweep", "manual", null);
}
