using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class ConnectionStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private ConnectionStore Store => new(Tables);

    [Fact]
    public async Task Connection_FullAndBare_ComeBack()
    {
        var bare = new StoredConnection(Acme, new ConnectionId("bare"), "tinyplus", "") { CreatedAt = Now };
        await Store.InsertAsync(Full(), Cancel);
        await Store.InsertAsync(bare, Cancel);
        await Store.InsertAsync(bare with { Tenant = new TenantId("other") }, Cancel);

        ShouldHoldTheSame((await Store.GetAsync(Acme, Crm, Cancel))!.Value.Value, Full());
        ShouldHoldTheSame((await Store.ListAsync(Acme, Cancel)).Select(connection => connection.Value), [bare, Full()]);
        ShouldHoldTheSame((await Store.GetAllAsync(Acme, [Crm, new ConnectionId("missing")], Cancel)).Select(connection => connection.Value), [Full()]);
        (await Store.GetAllAsync(new TenantId("other"), [Crm], Cancel)).ShouldBeEmpty();
        (await Store.GetAsync(new TenantId("other"), Crm, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Replace_ByManyAtOnce_IsDoneByOne()
    {
        (await Store.InsertAsync(Full(), Cancel)).ShouldBeTrue();
        (await Store.InsertAsync(Full() with { Name = "another" }, Cancel)).ShouldBeFalse();
        var read = (await Store.GetAsync(Acme, Crm, Cancel))!.Value;

        var replaced = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Store.ReplaceAsync(read with { Value = read.Value with { Secret = [(byte)number] } }, Cancel)));

        var winner = replaced.OfType<Versioned<StoredConnection>>().Single();
        (await Store.GetAsync(Acme, Crm, Cancel))!.Value.ETag.ShouldBe(winner.ETag);
        (await Store.ReplaceAsync(winner with { Value = Full() }, Cancel)).ShouldNotBeNull();
    }

    private static StoredConnection Full() => new(Acme, Crm, "synergy", "Our CRM")
    {
        Settings = ImmutableDictionary<string, string>.Empty.Add("organisation", "acme"),
        Health = ConnectionHealth.Expired,
        HealthDetail = "Sign in again.",
        AccountId = "a/1",
        AccountName = "Acme",
        UserId = "u/1",
        UserName = "Ann",
        UserEmail = "ann@example.com",
        Secret = [1, 2, 3],
        Hook = new ConnectionHook("abcdef", [4, 5], Now.AddMinutes(1))
        {
            ReplacedSecret = [6, 7],
            ReplacedUntil = Now.AddMinutes(2),
            Registration = new HookRegistration([8, 9]) { Root = new Uri("https://sync.example/"), Ids = ["1", "2"], LeftBehind = ["3"], Problem = "It was away.", BusyUntil = Now.AddMinutes(3) },
        },
        CreatedAt = Now,
        ConnectedAt = Now.AddHours(1),
    };
}
