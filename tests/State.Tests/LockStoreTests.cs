using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class LockStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private LockStore Store => new(Tables);

    [Fact]
    public async Task Lock_PutTwiceAndRemoved_IsTheLastWritersInBetween()
    {
        var odd = new SharedLock("accounts", "/\\#?% \ud800", new FlowId("one"), Now);
        var other = odd with { RecordId = "plain" };
        await Store.PutAsync(Acme, Crm, [odd, other, odd with { Flow = new FlowId("two"), Until = Now.AddHours(1) }], Cancel);

        var found = await Store.FindAsync(Acme, Crm, "accounts", [odd.RecordId, "plain", "missing"], Cancel);

        found.Count.ShouldBe(2);
        found[odd.RecordId].ShouldBe(odd with { Flow = new FlowId("two"), Until = Now.AddHours(1) });
        found["plain"].ShouldBe(other);
        (await Store.FindAsync(Acme, Crm, "contacts", ["plain"], Cancel)).ShouldBeEmpty();
        (await Store.FindAsync(new TenantId("other"), Crm, "accounts", ["plain"], Cancel)).ShouldBeEmpty();
        await Store.RemoveAsync(Acme, Crm, "accounts", "plain", Cancel);
        (await Store.FindAsync(Acme, Crm, "accounts", ["plain"], Cancel)).ShouldBeEmpty();
    }
}
