using System.Collections.Immutable;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class BrakeStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private BrakeStore Store => new(Tables, new IdSource(TimeProvider.System));

    [Fact]
    public async Task Brake_FullAndBare_ComeBackAndAreListed()
    {
        (await Store.PutAsync(Flow, Full("company"), null, Cancel)).ShouldBeTrue();
        (await Store.PutAsync(Flow, new Brake("contact"), null, Cancel)).ShouldBeTrue();

        ShouldHoldTheSame((await Store.GetAsync(Flow, "company", Cancel))!.Value.Value, Full("company"));
        ShouldHoldTheSame((await Store.ListAsync(Flow, Cancel)).Select(brake => brake.Value), [Full("company"), new Brake("contact")]);
        (await Store.GetAsync(Flow, "project", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Put_ChangedMeanwhile_IsLost()
    {
        await Store.PutAsync(Flow, Full("company"), null, Cancel);
        var read = (await Store.GetAsync(Flow, "company", Cancel))!.Value;

        (await Store.PutAsync(Flow, read.Value with { TrippedAt = null }, read.ETag, Cancel)).ShouldBeTrue();
        (await Store.PutAsync(Flow, read.Value, read.ETag, Cancel)).ShouldBeFalse();
        (await Store.PutAsync(Flow, read.Value, null, Cancel)).ShouldBeFalse();
    }

    private static Brake Full(string kind) => new(kind)
    {
        Recent = ImmutableSortedDictionary<string, DateTimeOffset>.Empty.Add("link", Now),
        Links = 12,
        CountedAt = Now,
        TrippedAt = Now.AddMinutes(1),
        Reason = "5 of 12",
        ConfirmedAt = Now.AddDays(-1),
    };
}
