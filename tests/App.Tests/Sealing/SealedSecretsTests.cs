using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Sealing;
using SyncFunctions.App.Tests.Contracts;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Sealing;

public sealed partial class SealedSecretsTests
{
    private const int Planted = 11;

    private static readonly TenantId Other = new("other");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reseal_AfterARotation_LeavesNothingOfTheOldKeyInAnyTable()
    {
        await using var calls = await ManageCalls.StartAsync();
        await PlantAsync(calls.World, new SecretBox(calls.World.Get<SecretKeys>()));
        (await EnvelopesAsync(calls.World, "k1")).ShouldBe(Planted);
        var rotated = calls.World.Get<SecretKeys>().Rotate();

        Told(await GetAsync(calls.World, rotated)).ShouldBe([("k1", true, Planted), ("k2", true, 0)]);
        Told(await ResealAsync(calls.World, rotated)).ShouldBe([("k1", true, 0), ("k2", true, Planted)]);

        (await EnvelopesAsync(calls.World, "k1")).ShouldBe(0);
        (await EnvelopesAsync(calls.World, "k2")).ShouldBe(Planted);
        await ShouldOpenAsync(calls.World, rotated.Without("k1"));

        // What is sealed with the current key is written no more.
        calls.Storage.Reset();
        await ResealAsync(calls.World, rotated.Without("k1"));
        calls.Storage.ByOperation.Keys.ShouldBe(["table query"]);
    }

    [Fact]
    public async Task Reseal_OfSecretsWhoseKeyIsGone_SaysHowManyAndLeavesThem()
    {
        await using var calls = await ManageCalls.StartAsync();
        await PlantAsync(calls.World, new SecretBox(calls.World.Get<SecretKeys>()));
        var rotated = calls.World.Get<SecretKeys>().Rotate().Without("k1");

        Told(await ResealAsync(calls.World, rotated)).ShouldBe([("k1", false, Planted), ("k2", true, 0)]);

        await ShouldOpenAsync(calls.World, calls.World.Get<SecretKeys>());
    }

    [Fact]
    public async Task Reseal_WhileSomebodyElseWrites_LosesNothing()
    {
        await using var calls = await ManageCalls.StartAsync();
        await PlantAsync(calls.World, new SecretBox(calls.World.Get<SecretKeys>()));
        var rotated = calls.World.Get<SecretKeys>().Rotate();
        var connections = calls.World.Get<ConnectionStore>();
        var (first, changed) = (await connections.GetAsync(HttpWorld.Tenant, new ConnectionId("crm"), Cancel), false);
        var replace = calls.Storage.Hold(call => call.Operation == "table replace" && call.Uri.AbsolutePath.Contains("connections", StringComparison.OrdinalIgnoreCase) && !Volatile.Read(ref changed));

        var resealing = ResealAsync(calls.World, rotated);
        await Eventually.HoldsAsync(() => Task.FromResult(calls.Storage.Calls.Any(call => call.Operation == "table replace") ? null : "nothing is written"));
        Volatile.Write(ref changed, true);
        await connections.ReplaceAsync(first!.Value with { Value = first.Value.Value with { Name = "Renamed" } }, Cancel);
        replace.SetResult();

        Told(await resealing).ShouldContain(("k1", true, 4));
        (await calls.World.ConnectionAsync("crm")).Name.ShouldBe("Renamed");
        Told(await ResealAsync(calls.World, rotated)).ShouldContain(("k1", true, 0));
        (await calls.World.ConnectionAsync("crm")).Name.ShouldBe("Renamed");
    }

    private static async Task<Answer> GetAsync(HttpWorld world, SecretKeys keys)
    {
        var request = world.Request("GET");
        return await HttpWorld.ExecuteAsync(request, new GetSecretKeys(Secrets(world, keys), keys).Run(request, Cancel));
    }

    private static async Task<Answer> ResealAsync(HttpWorld world, SecretKeys keys)
    {
        var request = world.Request("POST");
        return await HttpWorld.ExecuteAsync(request, new ResealSecrets(Secrets(world, keys), keys).Run(request, Cancel));
    }

    /// <summary>As after a restart with these keys.</summary>
    private static SealedSecrets Secrets(HttpWorld world, SecretKeys keys) =>
        new(world.Get<ConnectionStore>(), world.Get<FlowStore>(), world.Get<NoticeStore>(), new SecretBox(keys), world.Time);

    private static IEnumerable<(string Id, bool Known, int Sealed)> Told(Answer answer) =>
        answer.Json.GetProperty("keys").EnumerateArray().Select(key =>
            (key.GetProperty("id").GetString()!, key.GetProperty("known").GetBoolean(), key.GetProperty("sealed").GetInt32()));

    private static async Task PlantAsync(HttpWorld world, SecretBox box)
    {
        await world.Get<TenantStore>().InsertAsync(new Tenant(Other, "Other", world.Time.GetUtcNow()), Cancel);
        var crm = new ConnectionId("crm");
        byte[] Mine(string secret) => box.Seal(HttpWorld.Tenant, crm, Encoding.UTF8.GetBytes(secret));

        await world.Get<ConnectionStore>().InsertAsync(
            new StoredConnection(HttpWorld.Tenant, crm, "synergy", "CRM")
            {
                CreatedAt = default,
                Secret = Mine("token"),
                Hook = new ConnectionHook("hash", Mine("hook"), default) { ReplacedSecret = Mine("hook before"), Registration = new HookRegistration(Mine("hook id")) },
            },
            Cancel);
        await world.Get<ConnectionStore>().InsertAsync(new StoredConnection(Other, crm, "synergy", "CRM") { CreatedAt = default, Secret = box.Seal(Other, crm, "other's token"u8) }, Cancel);
        await world.Get<ConnectionStore>().InsertAsync(new StoredConnection(Other, new ConnectionId("new"), "synergy", "New") { CreatedAt = default }, Cancel);

        var flow = new Flow(new FlowKey(HttpWorld.Tenant, new FlowId("f")), "synergy-tinyplus", "F", crm, new ConnectionId("other")) { CreatedAt = default };
        await world.Get<FlowStore>().InsertAsync(
            flow with { WebhookSecrets = ImmutableSortedDictionary<string, WebhookSecret>.Empty.Add("https://a.example", new WebhookSecret(Mine("a"), Mine("a before"), default)).Add("https://b.example", new WebhookSecret(Mine("b"))) },
            Cancel);
        await world.Get<FlowStore>().InsertAsync(flow with { Key = flow.Key with { Flow = new FlowId("without") } }, Cancel);

        foreach (var tenant in new[] { HttpWorld.Tenant, Other })
        {
            byte[] Told(string secret) => box.Seal(tenant, NoticeBook.Owner, Encoding.UTF8.GetBytes(secret));
            var rules = NoticeRules.Default with { Endpoints = NoticeRules.Default.Endpoints.Add("teams", new NoticeEndpoint(Told("https://teams.example"), "teams")) };
            if (tenant == Other) rules = rules with { Endpoints = rules.Endpoints.SetItem("teams", rules.Endpoints["teams"] with { Secret = new WebhookSecret(Told("signing")) }) };
            await world.Get<NoticeStore>().PutRulesAsync(tenant, rules, null, Cancel);
        }
    }

    /// <summary>Every one is what it was, for whoever has these keys.</summary>
    private static async Task ShouldOpenAsync(HttpWorld world, SecretKeys keys)
    {
        var (box, crm) = (new SecretBox(keys), new ConnectionId("crm"));
        var connection = await world.ConnectionAsync("crm");
        var hook = connection.Hook.ShouldNotBeNull();
        var flow = (await world.Get<FlowStore>().GetAsync(new FlowKey(HttpWorld.Tenant, new FlowId("f")), Cancel)).ShouldNotBeNull().Value;
        var mine = (await world.Get<NoticeStore>().GetRulesAsync(HttpWorld.Tenant, Cancel)).ShouldNotBeNull().Value.Endpoints["teams"];
        var others = (await world.Get<NoticeStore>().GetRulesAsync(Other, Cancel)).ShouldNotBeNull().Value.Endpoints["teams"];

        new[] { connection.Secret, hook.Secret, hook.ReplacedSecret, hook.Registration!.HookId, flow.WebhookSecrets["https://a.example"].Sealed, flow.WebhookSecrets["https://a.example"].Replaced, flow.WebhookSecrets["https://b.example"].Sealed }
            .Select(envelope => Text(HttpWorld.Tenant, crm, envelope)).ShouldBe(["token", "hook", "hook before", "hook id", "a", "a before", "b"]);
        Text(Other, crm, (await world.ConnectionAsync("crm", Other)).Secret).ShouldBe("other's token");
        Text(HttpWorld.Tenant, NoticeBook.Owner, mine.Address).ShouldBe("https://teams.example");
        Text(Other, NoticeBook.Owner, others.Address).ShouldBe("https://teams.example");
        Text(Other, NoticeBook.Owner, others.Secret!.Sealed).ShouldBe("signing");

        string Text(TenantId tenant, ConnectionId owner, byte[]? envelope) => Encoding.UTF8.GetString(box.Open(tenant, owner, envelope).ShouldNotBeNull());
    }

    /// <summary>In the rows of all tables, whatever wrote them: as they are, or as base64 inside of JSON.</summary>
    private static async Task<int> EnvelopesAsync(HttpWorld world, string key)
    {
        var clients = world.Get<StateClients>();
        var found = 0;
        foreach (var name in new StateTables(clients).Names)
        {
            await foreach (var row in clients.Tables.GetTableClient(name).QueryAsync<TableEntity>("PartitionKey ge ''", cancellationToken: Cancel))
            {
                foreach (var bytes in row.Select(property => property.Value).OfType<byte[]>())
                    found += SecretBox.KeyId(bytes) == key ? 1 : InJson().Matches(Regex.Unescape(Encoding.UTF8.GetString(bytes))).Count(text => SecretBox.KeyId(Convert.FromBase64String(text.Value)) == key);
            }
        }

        return found;
    }

    [GeneratedRegex("(?<=\")AQ[A-Za-z0-9+/]{40,}=*(?=\")")]
    private static partial Regex InJson();
}
