using SyncFunctions.App.Sync;
using SyncFunctions.App.Triggers;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Live;

/// <summary>Messages that fail as often as the host tries them.</summary>
public sealed class GivenUpMessageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_ThatFailsFiveTimes_GoesToThePoisonQueueAndItsRecordIsBroughtByThePoll()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        world.Storage.Answer(call => call.Uri.AbsolutePath.Contains("links", StringComparison.OrdinalIgnoreCase), 500);

        await using (var host = QueueHost.Start(world, typeof(ChangeQueue), typeof(ChangePoison)))
        {
            await Eventually.HoldsAsync(async () => (await world.LogAsync()).Any(line => line.StartsWith(GivenUpMessages.Code, StringComparison.Ordinal)) ? null : $"Nobody was told after the runs of {string.Join(", ", host.Runs)}.");
            host.Runs.ShouldBe([.. Enumerable.Repeat(nameof(ChangeQueue), 5), nameof(ChangePoison)]);
        }

        // Storage is well again, and no message is left: the work list has it.
        world.Storage.Reset();
        (await world.DeliverAsync()).ShouldBe(0);
        (await world.WorkAsync()).ShouldHaveSingleItem().RecordId.ShouldBe(company.Id);
        world.Log.Text.ShouldContain("Error: A message of the queue changes was given up");
        await world.PollAsync();
        (await world.CounterpartAsync(company)).Get("title").ToString().ShouldBe("Acme");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_ThatAreGivenUpOneAfterAnother_AreToldOnceAnHour()
    {
        using var world = await LiveWorld.LiveAsync();
        var (poll, change) = (new PollMessage(LiveWorld.Key.Tenant.Value, LiveWorld.Key.Flow.Value, null), new ChangeMessage(LiveWorld.Key.Tenant.Value, LiveWorld.Key.Flow.Value, ["company"]));

        for (var time = 0; time < 3; time++)
        {
            await world.Function<PollPoison>().RunAsync(poll, Cancel);
            await world.Function<ChangePoison>().RunAsync(change, Cancel);
            world.Time.Advance(TimeSpan.FromMinutes(25));
        }

        (await world.LogAsync()).Count.ShouldBe(2);
        await world.Function<PollPoison>().RunAsync(poll, Cancel);
        (await world.LogAsync()).Count.ShouldBe(3);
    }
}
