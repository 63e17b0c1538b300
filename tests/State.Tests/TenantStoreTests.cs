using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class TenantStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private TenantStore Store => new(Tables);

    [Fact]
    public async Task Tenant_Stored_ComesBack()
    {
        var tenant = new Tenant(Acme, "Acme \"Ltd\" & Söhne", Now);

        (await Store.InsertAsync(tenant, Cancel)).ShouldBeTrue();

        (await Store.GetAsync(Acme, Cancel)).ShouldBe(tenant);
        (await Store.ChangeAsync(Acme, stored => stored with { RecordsApi = true }, Cancel)).ShouldBe(tenant with { RecordsApi = true });
        (await Store.GetAsync(Acme, Cancel)).ShouldBe(tenant with { RecordsApi = true });
        (await Store.GetAsync(new TenantId("other"), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Insert_Exists_IsLost()
    {
        await Store.InsertAsync(new Tenant(Acme, "first", Now), Cancel);

        (await Store.InsertAsync(new Tenant(Acme, "second", Now), Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task List_FlowsInTheTableToo_IsTheTenants()
    {
        var tenants = new[] { new Tenant(Acme, "Acme", Now), new Tenant(new TenantId("zeta"), "Zeta", Now) };
        foreach (var tenant in tenants) await Store.InsertAsync(tenant, Cancel);
        await new FlowStore(Tables, Ids, TimeProvider.System).InsertAsync(new Flow(Flow, "pair", "name", Crm, Crm) { CreatedAt = Now }, Cancel);

        (await Store.ListAsync(Cancel)).ShouldBe(tenants);
    }
}
