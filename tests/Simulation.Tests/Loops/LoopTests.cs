using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Loops;

/// <summary>Loop protection as an administrator of a charity tells it, with the whole service in virtual time and nothing but polls.</summary>
public sealed class LoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Change_WithinTheHourOfTheOtherSide_WaitsForTheHourAfterTheLastChange() => LoopWorld.Live(world =>
    {
        // In one system first, and when all that is over in the other one.
        foreach (var (first, begin) in new[] { (Side.Right, 0), (Side.Left, 300) })
        {
            var (source, other) = (world.On(first), world.On(first.Other()));
            world.At(begin);
            world.Edit(source, "tel", $"{begin}");
            world.At(begin + 3);
            Text(other, "tel").ShouldBe($"{begin}", world.Run.Story);
            world.Link.Lock!.Source.ShouldBe(first);
            world.MinuteOf(world.Link.Lock.Until).ShouldBe(begin + 60);

            world.At(begin + 10);
            world.Edit(other, "last", $"Byron {begin}");
            world.At(begin + 13);
            var held = world.Held.ShouldHaveSingleItem();
            (held.Side, held.RecordId, world.MinuteOf(held.DueAt)).ShouldBe((first.Other(), other.Id, begin + 60d));
            held.Detail!.ShouldContain("lastName");

            world.At(begin + 40);
            world.Edit(source, "first", $"Augusta {begin}");
            world.At(begin + 43);
            Text(other, "first").ShouldBe($"Augusta {begin}");
            world.MinuteOf(world.Link.Lock!.Until).ShouldBe(begin + 100);
            held = world.Held.ShouldHaveSingleItem();
            (held.RecordId, world.MinuteOf(held.DueAt), world.MinuteOf(held.FirstAt)).ShouldBe((other.Id, begin + 100d, begin + 10d));

            world.At(begin + 99);
            Text(source, "last").ShouldNotBe($"Byron {begin}", world.Run.Story);
            world.At(begin + 102);
            Text(source, "last").ShouldBe($"Byron {begin}", world.Run.Story);
            world.Run.Work(world.People).ShouldBeEmpty();
        }

        world.At(600);
        world.Writes.ShouldBe(6, world.Run.Story);
    });

    [Fact]
    public void Worker_KilledBeforeItToldTheOtherFlow_HoldsTheRecordThereAllTheSame() => LoopWorld.Live(world =>
    {
        world.Share(TimeSpan.FromMinutes(30));
        var begin = world.MinuteOf(world.Run.Service.Clock.Now);
        world.At(begin + 31);
        world.KillAtWrite();
        world.Edit(world.Left, "tel", "1");
        world.At(begin + 33);
        world.Run.Service.AddInstance();
        world.At(begin + 36);
        world.Edit(world.Other, "last", "Byron");

        world.At(begin + 64);
        (Text(world.Other, "tel"), Text(world.Right, "last")).ShouldBe(("1", ""), world.Run.Story);
        world.At(begin + 130);
        (Text(world.Right, "last"), Text(world.Left, "last")).ShouldBe(("Byron", "Byron"), world.Run.Story);
    });

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public void Window_OfTheFlow_IsWhatCounts(int minutes) => LoopWorld.Live(
        world =>
        {
            world.Edit(world.Right, "tel", "1");
            world.At(3);
            Text(world.Left, "tel").ShouldBe("1");
            world.Edit(world.Left, "tel", "2");
            world.At(6);
            Text(world.Right, "tel").ShouldBe(minutes == 0 ? "2" : "1", world.Run.Story);
            world.At(minutes + 6);
            Text(world.Right, "tel").ShouldBe("2", world.Run.Story);
            world.At(200);
            world.Writes.ShouldBe(2);
        },
        settings => settings with { LockWindow = TimeSpan.FromMinutes(minutes) });

    [Fact]
    public void Held_WhereHeldChangesAreDropped_StaysWhereItWasMade() => LoopWorld.Live(
        world =>
        {
            world.Edit(world.Right, "tel", "1");
            world.At(10);
            world.Edit(world.Left, "last", "Byron");
            world.At(70);
            (Text(world.Left, "last"), Text(world.Right, "last")).ShouldBe(("Byron", ""), world.Run.Story);
            world.Run.Log("discarded").ShouldHaveSingleItem().Text.ShouldContain("lastName");

            // What is changed afterwards goes over again.
            world.Edit(world.Left, "last", "Lovelace");
            world.At(80);
            Text(world.Right, "last").ShouldBe("Lovelace", world.Run.Story);
            world.Writes.ShouldBe(2);
        },
        settings => settings with { OnLockEnd = LockEnd.Discard });

    [Fact]
    public void Held_ThatAPersonReleases_GoesOverAtOnce() => LoopWorld.Live(world =>
    {
        world.Edit(world.Right, "tel", "1");
        world.At(5);
        world.Edit(world.Left, "last", "Byron");
        world.At(10);
        Text(world.Right, "last").ShouldBe("");

        world.Run.Do(app => app.Get<LockRelease>().RunAsync(world.Run.Key, "person", world.Link.Id, None), minutes: 2);

        Text(world.Right, "last").ShouldBe("Byron", world.Run.Story);
        world.Held.ShouldBeEmpty();
    });

    [Fact]
    public void Held_ThatTheOtherSideChangesToo_LosesAndCanBeRestored() => LoopWorld.Live(world =>
    {
        world.Edit(world.Right, "tel", "1");
        world.At(10);
        world.Edit(world.Left, "last", "Byron");
        world.At(15);
        world.Edit(world.Right, "last", "King");
        world.At(20);
        Text(world.Left, "last").ShouldBe("King", world.Run.Story);
        world.Held.ShouldBeEmpty();

        var lost = world.Run.Observe(async () => (await world.Run.Get<ConflictStore>().ListAsync(world.Run.Key, ConflictFilter.None, null, 10, None)).Items).ShouldHaveSingleItem();
        (lost.Field, lost.Winner).ShouldBe(("lastName", Side.Right));
        world.Run.Do(app => app.Get<LinkTools>().RestoreAsync(world.Run.Key, lost.Id, "anna", None), minutes: 5);
        (Text(world.Left, "last"), Text(world.Right, "last")).ShouldBe(("Byron", "Byron"), world.Run.Story);

        world.At(300);
        (Text(world.Left, "last"), Text(world.Right, "last")).ShouldBe(("Byron", "Byron"), world.Run.Story);
        world.Writes.ShouldBe(4);
    });

    [Fact]
    public void Held_WhileTheOtherSideNeverRests_PassesAfterADay() => LoopWorld.Live(
        world =>
        {
            world.Edit(world.Right, "tel", "0");
            world.At(5);
            world.Edit(world.Left, "last", "Byron");
            for (var number = 1; number < 30; number++)
            {
                world.At(50 * number);
                world.Edit(world.Right, "tel", $"{number}");
                if (number < 28) Text(world.Right, "last").ShouldBe("", $"minute {50 * number}");
            }

            world.At(60 * 24 + 10);
            Text(world.Right, "last").ShouldBe("Byron", world.Run.Story);
            world.At(60 * 27);
            Text(world.Left, "tel").ShouldBe("29", world.Run.Story);
            world.Held.ShouldBeEmpty();
        },
        settings => settings with { SweepEvery = TimeSpan.Zero });

    [Fact]
    public void Tags_ChangedOnTheSideThatHolds_ExtendTheLockThoughTheOtherSidesWait() => LoopWorld.Live(world =>
    {
        world.Tag(world.Right, "donor");
        world.At(10);
        world.Tag(world.Left, "donor", "board");
        world.At(40);
        world.Tag(world.Right, "donor", "friend");
        world.At(45);
        Tags(world.Left).ShouldBe("board, donor, friend", world.Run.Story);
        Tags(world.Right).ShouldBe("donor, friend");
        world.MinuteOf(world.Link.Lock!.Until).ShouldBe(100);
        world.At(97);
        Tags(world.Right).ShouldBe("donor, friend", world.Run.Story);
        world.At(103);
        Tags(world.Right).ShouldBe("board, donor, friend", world.Run.Story);
        world.At(300);
        world.Writes.ShouldBe(3);
    });

    [Fact]
    public void Tags_ThatWereHeldAndAreDropped_StayWhereTheyArePut() => LoopWorld.Live(
        world =>
        {
            world.Edit(world.Right, "tel", "1");
            world.At(5);
            world.Tag(world.Left, "donor");
            world.At(10);
            world.Tag(world.Right, "friend");
            world.At(15);
            Tags(world.Left).ShouldBe("donor, friend", world.Run.Story);

            // The next comprehensive run finds nothing to be made good.
            world.At(400);
            (Tags(world.Left), Tags(world.Right)).ShouldBe(("donor, friend", "friend"), world.Run.Story);
            world.Writes.ShouldBe(2);
        },
        settings => settings with { OnLockEnd = LockEnd.Discard });

    [Fact]
    public void Edits_OfBothSidesAtOnce_AreDecidedOnce() => LoopWorld.Live(world =>
    {
        world.Edit(world.Left, "first", "Augusta");
        world.Edit(world.Left, "last", "Byron");
        world.Edit(world.Right, "first", "Grace");
        world.Edit(world.Right, "tel", "2");
        world.At(70);
        foreach (var record in new[] { world.Left, world.Right }) (Text(record, "first"), Text(record, "last"), Text(record, "tel")).ShouldBe(("Augusta", "Byron", "2"), world.Run.Story);
        world.Writes.ShouldBe(2, world.Run.Story);
    });

    [Fact]
    public void Restart_InTheMiddleOfTheHour_LosesNothing() => LoopWorld.Live(world =>
    {
        world.Edit(world.Right, "tel", "1");
        world.At(10);
        world.Edit(world.Left, "last", "Byron");
        world.At(30);
        world.Kill();
        world.At(45);
        world.Run.Service.AddInstance();

        world.At(58);
        Text(world.Right, "last").ShouldBe("", world.Run.Story);
        world.At(63);
        Text(world.Right, "last").ShouldBe("Byron", world.Run.Story);
        world.Writes.ShouldBe(2);
    });

    [Fact]
    public void Worker_KilledBetweenItsWriteAndItsRecordOfIt_HoldsTheOtherSideAllTheSame() => LoopWorld.Live(world =>
    {
        world.KillAtWrite();
        world.Edit(world.Right, "tel", "1");
        world.At(3);
        world.Run.Service.Alive.ShouldBeEmpty();
        Text(world.Left, "tel").ShouldBe("1");
        world.Edit(world.Left, "last", "Byron");
        world.At(8);
        world.Run.Service.AddInstance();

        world.At(57);
        Text(world.Right, "last").ShouldBe("", world.Run.Story);
        world.At(75);
        Text(world.Right, "last").ShouldBe("Byron", world.Run.Story);
        world.Writes.ShouldBe(2);
    });

    [Fact]
    public void Change_ThatCameThroughAnotherFlow_HoldsTheRecordHere() => LoopWorld.Live(world =>
    {
        world.Share(TimeSpan.FromMinutes(1));
        var begin = world.MinuteOf(world.Run.Service.Clock.Now);
        var before = world.Writes;

        // From one system through the shared one into the other.
        world.Edit(world.Left, "tel", "1");
        world.At(begin + 5);
        (Text(world.Right, "tel"), Text(world.Other, "tel")).ShouldBe(("1", "1"), world.Run.Story);

        // What is changed there within the hour waits for its end, and then goes all the way back.
        world.Edit(world.Other, "tel", "2");
        world.Edit(world.Other, "last", "Byron");
        world.At(begin + 55);
        (Text(world.Right, "tel"), Text(world.Left, "tel")).ShouldBe(("1", "1"), world.Run.Story);
        world.At(begin + 70);
        (Text(world.Right, "tel"), Text(world.Left, "tel"), Text(world.Left, "last")).ShouldBe(("2", "2", "Byron"), world.Run.Story);

        // The other way round, from the middle to both ends.
        world.At(begin + 200);
        world.Edit(world.Right, "first", "Augusta");
        world.At(begin + 205);
        (Text(world.Left, "first"), Text(world.Other, "first")).ShouldBe(("Augusta", "Augusta"), world.Run.Story);
        world.Edit(world.Left, "first", "Ada");
        world.At(begin + 255);
        (Text(world.Right, "first"), Text(world.Other, "first")).ShouldBe(("Augusta", "Augusta"), world.Run.Story);
        world.At(begin + 270);
        (Text(world.Right, "first"), Text(world.Other, "first")).ShouldBe(("Ada", "Ada"), world.Run.Story);

        world.At(begin + 900);
        (world.Writes - before).ShouldBe(8, world.Run.Story);
    });

    [Fact]
    public void Change_ThatAnotherFlowBroughtAndThisOneHasNotSeenYet_HoldsTheRecordHere() => LoopWorld.Live(world =>
    {
        world.Share(TimeSpan.FromMinutes(30));
        var begin = world.MinuteOf(world.Run.Service.Clock.Now);
        world.At(begin + 31);
        world.Edit(world.Left, "tel", "1");
        world.At(begin + 33);
        world.Edit(world.Other, "last", "Byron");
        world.At(begin + 64);
        (Text(world.Other, "tel"), Text(world.Right, "last")).ShouldBe(("1", ""), world.Run.Story);
        world.At(begin + 130);
        (Text(world.Right, "last"), Text(world.Left, "last")).ShouldBe(("Byron", "Byron"), world.Run.Story);
    });

    [Fact]
    public void List_ThatLags_TakesNothingBack() => LoopWorld.Live(
        world =>
        {
            // The left record is looked at by itself, long before its list shows what was done to it.
            world.Edit(world.Left, "tel", "1");
            world.At(2);
            world.Edit(world.Right, "last", "Byron");
            world.At(5);
            (Text(world.Left, "last"), Text(world.Right, "tel")).ShouldBe(("Byron", "1"), world.Run.Story);
            world.Edit(world.Right, "tel", "2");
            world.At(8);
            Text(world.Left, "tel").ShouldBe("2", world.Run.Story);

            world.At(200);
            (Text(world.Left, "tel"), Text(world.Right, "tel"), Text(world.Right, "last")).ShouldBe(("2", "2", "Byron"), world.Run.Story);
            world.Writes.ShouldBe(3, world.Run.Story);
        },
        settings => settings with { LockWindow = TimeSpan.Zero },
        TimeSpan.FromMinutes(30));

    [Fact]
    public void Change_ThatALateListShows_CountsFromWhenItWasMade() => LoopWorld.Live(
        world =>
        {
            world.Edit(world.Right, "tel", "1");
            world.At(5);
            world.Edit(world.Left, "last", "Byron");
            world.At(40);
            world.Held.ShouldHaveSingleItem().Detail!.ShouldContain("lastName");
            world.At(57);
            Text(world.Right, "last").ShouldBe("", world.Run.Story);
            world.At(63);
            Text(world.Right, "last").ShouldBe("Byron", world.Run.Story);

            // Half an hour of its hour is over when it is seen.
            world.At(200);
            world.Edit(world.Left, "tel", "2");
            world.At(233);
            Text(world.Right, "tel").ShouldBe("2", world.Run.Story);
            world.MinuteOf(world.Link.Lock!.Until).ShouldBe(260);
            world.Edit(world.Right, "last", "King");
            world.At(257);
            Text(world.Left, "last").ShouldBe("Byron", world.Run.Story);
            world.At(263);
            Text(world.Left, "last").ShouldBe("King", world.Run.Story);
            world.At(600);
            world.Writes.ShouldBe(4, world.Run.Story);
        },
        listDelay: TimeSpan.FromMinutes(30));

    private static string Text(FakeRecord record, string field) => record.Get(field) is { IsBlank: false } value ? value.ToString()! : "";

    private static string Tags(FakeRecord record) => string.Join(", ", record.Get("tags").AsSet().Items.Order(StringComparer.Ordinal));
}
