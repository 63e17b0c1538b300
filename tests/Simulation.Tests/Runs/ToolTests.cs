using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

/// <summary>Tools by hand while a flow is off, and where they are cut off in the middle.</summary>
public sealed class ToolTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Replay_WhileTheFlowIsOff_DoesThatRecordAndNoOther() => RunWorld.Live(2, world =>
    {
        var records = world.Left.Live("companies").ToList();
        world.Change(flow => flow with { Enabled = false });
        foreach (var record in records) world.Left.Edit(record, FieldSet.Of(("address", FieldValue.Of("Here 1"))), Actor.User);
        var now = world.Service.Clock.Now;
        world.Do(app => app.Get<WorkList>().PutAsync(world.Companies, [.. records.Select(record => new WorkItem("company", Side.Left, record.Id, WorkReason.Webhook, now) { FirstAt = now })], None));

        world.Do(app => app.Get<WorkReplay>().RunAsync(world.Key, FakePair.Pair.Kinds, (Side.Left, records[0].Id), None));

        world.Right.Live("accounts").Count(record => record.Get("place") == FieldValue.Of("Here 1")).ShouldBe(1, world.Story);
        world.Work(world.Companies).ShouldHaveSingleItem().RecordId.ShouldBe(records[1].Id);
    });

    [Fact]
    public void Restore_CutOffBetweenTheTwoSides_LeavesThemTheSame() => RunWorld.Live(1, world =>
    {
        var (left, right) = (world.Left.Live("companies").Single(), world.Right.Live("accounts").Single());
        world.Left.Edit(left, FieldSet.Of(("address", FieldValue.Of("Left 1"))), Actor.User);
        world.Right.Edit(right, FieldSet.Of(("place", FieldValue.Of("Right 1"))), Actor.User);
        world.RunFor(15);
        var conflict = world.Observe(() => world.Get<ConflictStore>().ListAsync(world.Key, ConflictFilter.None, null, 10, None)).Items.ShouldHaveSingleItem();
        var sent = 0;
        world.Service.Steps.Before = step =>
        {
            if (step.Name.StartsWith("send PATCH", StringComparison.Ordinal) && ++sent == 2) step.Instance.Kill();
        };
        world.Do(app => app.Get<LinkTools>().RestoreAsync(world.Key, conflict.Id, null, None));
        world.Service.Steps.Before = null;
        left.Get("address").ShouldNotBe(right.Get("place"), world.Story);

        world.Service.AddInstance();
        world.RunFor(30);

        left.Get("address").ShouldBe(right.Get("place"), world.Story);
    });

    [Fact]
    public void Enable_CutOffBeforeTheFlowWasOnTheSchedule_IsMadeGoodByTheNextOne() => RunWorld.Live(0, world =>
    {
        Switch(world, on: false);
        world.Service.Steps.Before = step =>
        {
            if (world.Flow.Enabled) step.Instance.Kill();
        };
        Switch(world, on: true);
        world.Service.Steps.Before = null;
        world.Service.Alive.ShouldBeEmpty();
        world.Service.AddInstance();

        Switch(world, on: true);
        world.CreateCompany(1);
        world.RunFor(15);

        world.Right.Live("accounts").Count().ShouldBe(1, world.Story);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unlink_OfACreateThatWasCutOff_LeavesNoneOpen(bool forGood) => RunWorld.Live(0, world =>
    {
        world.CreateCompany(1);
        world.Service.Steps.Before = step =>
        {
            if (step.Name.StartsWith("send POST", StringComparison.Ordinal)) step.Instance.Kill();
        };
        world.RunFor(15);
        world.Service.Steps.Before = null;
        world.Change(flow => flow with { Enabled = false });
        world.Service.AddInstance();
        world.RunFor(30);
        var link = world.Links(world.Companies).ShouldHaveSingleItem();
        link.State.ShouldBe(LinkState.Creating);

        world.Do(app => forGood ? app.Get<LinkControl>().DisconnectAsync(world.Companies, link.Id, None) : app.Get<ManualTools>().UnlinkAsync(world.Key, "company", link.Id, None));

        world.Links(world.Companies).ShouldHaveSingleItem().State.ShouldBe(LinkState.Tombstone, world.Story);
        world.Observe(() => world.Get<LinkStore>().OpenCreatesAsync(world.Companies, Side.Right, None)).ShouldBeEmpty();
    });

    private static void Switch(RunWorld world, bool on) => world.Do(app =>
        app.Get<FlowSwitch>().ChangeAsync(world.Key.Tenant.Value, world.Key.Flow.Value, found => found.Flow with { Enabled = on }, None, on ? null : app.Durable));
}
