using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

public sealed class BrakeTests
{
    private static readonly FieldSet Archived = FieldSet.Of(("active", new FieldValue.Flag(false)));

    [Fact]
    public void Sweep_ManyDeleted_ArchivesNothingUntilAPersonConfirms() => RunWorld.Live(12, world =>
    {
        Delete(world, 5);

        world.Run(RunMode.Comprehensive);
        ArchivedOnTheRight(world).ShouldBe(0, world.Story);
        world.Work(world.Companies).Count(work => work.Reason == WorkReason.Braked).ShouldBe(5, world.Story);
        world.Run(RunMode.Comprehensive);

        world.Log("mass-delete-refused").Count.ShouldBe(1);
        ArchivedOnTheRight(world).ShouldBe(0);

        world.Observe(() => world.Get<Brakes>().ConfirmAsync(world.Companies, CancellationToken.None)).ShouldBeTrue();
        world.RunFor(15);

        ArchivedOnTheRight(world).ShouldBe(5, world.Story);
        world.Work(world.Companies).ShouldBeEmpty();
        world.Observe(() => world.Get<Brakes>().ConfirmAsync(world.Companies, CancellationToken.None)).ShouldBeFalse();
    });

    [Fact]
    public void Sweep_ManyDeletedAndDismissed_LeavesThemAlone() => RunWorld.Live(12, world =>
    {
        Delete(world, 5);
        world.Run(RunMode.Comprehensive);

        world.Observe(() => world.Get<Brakes>().DismissAsync(world.Companies, CancellationToken.None)).ShouldBeTrue();
        world.Run(RunMode.Comprehensive);

        ArchivedOnTheRight(world).ShouldBe(0);
        world.Work(world.Companies).ShouldBeEmpty();
        world.Log("mass-delete-refused").Count.ShouldBe(1);
        world.Links(world.Companies).Count(link => link.State == LinkState.Paused).ShouldBe(5);
    });

    [Fact]
    public void Sweep_AFewDeleted_ArchivesThem() => RunWorld.Live(12, world =>
    {
        Delete(world, 3);

        world.Run(RunMode.Comprehensive);

        ArchivedOnTheRight(world).ShouldBe(3, world.Story);
    });

    [Fact]
    public void Edits_ArchiveOneAfterTheOther_StopAtTheLimitAndGoOnWhenConfirmed() => RunWorld.Live(12, world =>
    {
        foreach (var record in world.Left.Live("companies").Take(6).ToList())
        {
            world.Left.Edit(record, Archived, Actor.User);
            world.RunFor(5);
        }

        ArchivedOnTheRight(world).ShouldBe(3, world.Story);
        world.Work(world.Companies).Count(work => work.Reason == WorkReason.Braked).ShouldBe(3);
        world.Observe(() => world.Get<Brakes>().ConfirmAsync(world.Companies, CancellationToken.None));
        world.RunFor(15);

        ArchivedOnTheRight(world).ShouldBe(6, world.Story);
    });

    [Fact]
    public void Edits_ADayApart_AreNotMany() => RunWorld.Live(12, world =>
    {
        world.Change(flow => flow with { PollEvery = TimeSpan.FromHours(1) });
        foreach (var record in world.Left.Live("companies").Take(5).ToList())
        {
            world.Left.Edit(record, Archived, Actor.User);
            world.RunFor(60 * 9);
        }

        ArchivedOnTheRight(world).ShouldBe(5, world.Story);
    }, settings: chosen => chosen with { SweepEvery = TimeSpan.Zero });

    private static void Delete(RunWorld world, int count)
    {
        foreach (var record in world.Left.Live("companies").Take(count).ToList()) world.Left.Delete(record, Actor.User);
    }

    private static int ArchivedOnTheRight(RunWorld world) => world.Right.Live("accounts").Count(record => record.Get("state").ToString() == "archived");
}
