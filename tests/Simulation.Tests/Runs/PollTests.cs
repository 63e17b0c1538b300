using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

public sealed class PollTests
{
    /// <summary>A list of changes may go by what belongs to a record, whose own time doesn't show it.</summary>
    [Fact]
    public void Record_WithAnOldTimeInAListOfChanges_IsHandledAsOftenAsAnyOther()
    {
        var habits = FakePair.LeftHabits with { PagesByNumber = true };
        var usual = WalksAfterAnEdit(habits);

        usual.ShouldBeGreaterThan(0);
        WalksAfterAnEdit(habits with { OwnTimesStay = true }).ShouldBe(usual);
    }

    private static int WalksAfterAnEdit(FakeHabits left)
    {
        var walks = new HashSet<DateTimeOffset>();
        RunWorld.Live(
            2,
            world =>
            {
                world.Change(flow => flow with { PollEvery = TimeSpan.FromSeconds(30) });
                var company = world.CreateCompany(7);
                world.RunFor(30);
                var before = ReadAt(world);
                world.Left.Edit(company, FieldSet.Of(("name", FieldValue.Of("Renamed"))), Actor.User);
                for (var look = 0; look < 60; look++)
                {
                    world.RunFor(0.25);
                    if (ReadAt(world) is var at && at != before) walks.Add(at);
                }

                world.Log("updated").ShouldHaveSingleItem(world.Story);
            },
            habits: [left, FakePair.RightHabits]);
        return walks.Count;
    }

    private static DateTimeOffset ReadAt(RunWorld world) =>
        world.Observe(async () => (await world.Get<FlowStore>().LoadAsync(world.Key, CancellationToken.None))!.Cursor("company", Side.Left)!.Value.Value.ReadAt);
}
