using System.Collections.Immutable;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
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
        await new FlowStore(Tables, TimeProvider.System).InsertAsync(new Flow(Flow, "pair", "name", Crm, Crm) { CreatedAt = Now }, Cancel);

        (await Store.ListAsync(Cancel)).ShouldBe(tenants);
    }
}

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
        CreatedAt = Now,
        ConnectedAt = Now.AddHours(1),
    };
}

public sealed class DueStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private DueStore Store => new(Tables);

    [Fact]
    public async Task ListDue_ManyFlows_IsOneQueryOverAllShards()
    {
        var flows = Enumerable.Range(0, 40).Select(number => new FlowKey(Acme, new FlowId($"f{number}"))).ToList();
        foreach (var (number, flow) in flows.Index()) await Store.PutAsync(flow, Now.AddSeconds(number % 2), Cancel);
        Transport.Reset();

        var due = await Store.ListDueAsync(Now, Cancel);

        Transport.Count.ShouldBe(1);
        due.Select(item => item.Flow).ShouldBe(flows.Where((_, number) => number % 2 == 0), ignoreOrder: true);
        due.ShouldAllBe(item => item.DueAt == Now);
    }

    [Fact]
    public async Task Move_ToTheSameTimeByMany_IsDoneByOne()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        var due = (await Store.ListDueAsync(Now, Cancel)).Single();

        var moved = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.MoveAsync(Flow, due.ETag, Now.AddMinutes(5), Cancel)));

        moved.Count(won => won).ShouldBe(1);
        (await Store.ListDueAsync(Now, Cancel)).ShouldBeEmpty();
        (await Store.ListDueAsync(Now.AddMinutes(5), Cancel)).Single().DueAt.ShouldBe(Now.AddMinutes(5));
    }

    [Fact]
    public async Task Move_AnswerLost_IsStillOurs()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        var due = (await Store.ListDueAsync(Now, Cancel)).Single();
        LoseAnswer("table replace");

        (await Store.MoveAsync(Flow, due.ETag, Now.AddMinutes(5), Cancel)).ShouldBeTrue();
    }

    [Fact]
    public async Task Remove_ThereOrNot_IsNotListed()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        await Store.RemoveAsync(Flow, Cancel);
        await Store.RemoveAsync(Flow, Cancel);

        (await Store.ListDueAsync(Now, Cancel)).ShouldBeEmpty();
    }
}

public sealed class RunStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private RunStore Store => new(Tables);

    [Fact]
    public async Task Run_FullAndBare_ComeBack()
    {
        var bare = new Run(Flow, new RunId("bare"), Lane.Live, "", "", Now);
        await Store.InsertAsync(Full("full", Now), Cancel);
        await Store.InsertAsync(bare, Cancel);

        ShouldHoldTheSame((await Store.GetAsync(Flow, new RunId("full"), Cancel))!.Value.Value, Full("full", Now));
        ShouldHoldTheSame((await Store.GetAsync(Flow, new RunId("bare"), Cancel))!.Value.Value, bare);
        (await Store.GetAsync(Flow, new RunId("none"), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Insert_Twice_IsLostUnlessItIsTheSame()
    {
        LoseAnswer("table transaction");
        (await Store.InsertAsync(Full("run", Now), Cancel)).ShouldBeTrue();

        (await Store.InsertAsync(Full("run", Now.AddHours(1)), Cancel)).ShouldBeFalse();
        (await Store.ListAsync(Flow, null, 10, Cancel)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Replace_ChangedMeanwhile_IsLost()
    {
        await Store.InsertAsync(Full("run", Now), Cancel);
        var read = (await Store.GetAsync(Flow, new RunId("run"), Cancel))!.Value;

        (await Store.ReplaceAsync(read with { Value = read.Value with { Outcome = RunOutcome.Failed } }, Cancel)).ShouldNotBeNull();
        (await Store.ReplaceAsync(read with { Value = read.Value with { Outcome = RunOutcome.Cancelled } }, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task List_ByPages_IsNewestFirst()
    {
        foreach (var number in new[] { 3, 0, 4, 1, 2 }) await Store.InsertAsync(Full($"run {number}", Now.AddMinutes(number)), Cancel);

        var first = await Store.ListAsync(Flow, null, 2, Cancel);
        var second = await Store.ListAsync(Flow, first.Continuation, 2, Cancel);
        var third = await Store.ListAsync(Flow, second.Continuation, 2, Cancel);

        first.Items.Concat(second.Items).Concat(third.Items).Select(run => run.Id.Value).ShouldBe(["run 4", "run 3", "run 2", "run 1", "run 0"]);
        third.Continuation.ShouldBeNull();
    }

    [Fact]
    public void Counts_Added_AreAddedOneByOne()
    {
        var left = new KindCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var right = new KindCounts(100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100);

        (left + right).ShouldBe(new KindCounts(101, 202, 303, 404, 505, 606, 707, 808, 909, 1010, 1111));
        (left + KindCounts.None).ShouldBe(left);
    }

    private static Run Full(string id, DateTimeOffset startedAt) => new(Flow, new RunId(id), Lane.Import, "full", "manual", startedAt)
    {
        EndedAt = startedAt.AddHours(1),
        Outcome = RunOutcome.SucceededWithErrors,
        Counts = ImmutableSortedDictionary<string, KindCounts>.Empty.Add("company", new KindCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
        Detail = "one failed",
    };
}

public sealed class LogTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private IntegrationLog Log => new(Tables);

    [Fact]
    public async Task Entry_FullAndBare_ComeBackNewestFirst()
    {
        var bare = new LogEntry(Now, LogLevelForPeople.Info, "started", "It began.");

        await Log.AppendAsync(Flow, [bare, Full()], Cancel);

        ShouldHoldTheSame((await Log.ListAsync(Flow, LogFilter.None, null, 10, Cancel)).Items, [Full(), bare]);
    }

    [Fact]
    public async Task Append_Many_IsATransactionAHundredAndListsByPages()
    {
        var entries = Enumerable.Range(0, 250).Select(number => new LogEntry(Now.AddSeconds(number / 100), LogLevelForPeople.Info, "n", $"{number}")).ToList();

        await Log.AppendAsync(Flow, entries, Cancel);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 3 });
        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Log.ListAsync(Flow, LogFilter.None, continuation, 60, Cancel);
            seen.AddRange(page.Items.Select(entry => entry.Text));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        seen.ShouldBe(Enumerable.Range(0, 250).Reverse().Select(number => $"{number}"));
    }

    [Fact]
    public async Task Append_AnswerLost_IsNotThereTwice()
    {
        LoseAnswer("table transaction");

        await Log.AppendAsync(Flow, [Full(), Full()], Cancel);

        (await Log.ListAsync(Flow, LogFilter.None, null, 10, Cancel)).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Append_Nothing_MakesNoCall()
    {
        await Log.AppendAsync(Flow, [], Cancel);

        Transport.Count.ShouldBe(0);
    }

    [Fact]
    public async Task List_Filtered_HoldsWhatFits()
    {
        await Log.AppendAsync(Flow, [Full(), Full() with { Kind = "person", Code = "o'neill", Level = LogLevelForPeople.Warning, RunId = new RunId("r2"), RecordId = "2" }], Cancel);

        foreach (var filter in new[]
        {
            new LogFilter { Kind = "person" }, new LogFilter { Code = "o'neill" }, new LogFilter { Level = LogLevelForPeople.Warning },
            new LogFilter { Run = new RunId("r2") }, new LogFilter { RecordId = "2" }, new LogFilter { Kind = "person", Code = "o'neill", RecordId = "2" },
        })
            (await Log.ListAsync(Flow, filter, null, 10, Cancel)).Items.Single().Kind.ShouldBe("person", filter.ToString());
        (await Log.ListAsync(Flow, new LogFilter { Kind = "person", RecordId = "a/b" }, null, 10, Cancel)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task FailedCall_FullAndBare_ComeBackNewestFirst()
    {
        var log = new ApiCallLog(Tables);
        var full = new FailedCall(Now.AddSeconds(1), "synergy", "GET", "/v1/companies", 503, "Unavailable", "Down for maintenance.", TimeSpan.FromMilliseconds(1234.5));
        var bare = new FailedCall(Now, "synergy", "POST", "/", null, null, null, TimeSpan.Zero);

        await log.AppendAsync(Acme, Crm, [bare, full], Cancel);

        (await log.ListAsync(Acme, Crm, null, 10, Cancel)).Items.ShouldBe([full, bare]);
        (await log.ListAsync(Acme, new ConnectionId("other"), null, 10, Cancel)).Items.ShouldBeEmpty();
    }

    private static LogEntry Full() => new(Now.AddSeconds(1), LogLevelForPeople.Error, "write-refused", "The name is taken.")
    {
        Kind = "company",
        Side = Side.Right,
        RecordId = "a/b",
        Label = "Acme",
        LinkId = new LinkId("one"),
        RunId = new RunId("run"),
        WhatToDo = "Choose another name.",
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("name", "Acme"),
    };
}

public sealed class LookupStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private readonly StoppedClock _clock = new(Now);

    private LookupStore Store => new(Tables, _clock);

    [Fact]
    public async Task Pending_FullAndBare_ComeBack()
    {
        var bare = Pending() with { CodeVerifierSealed = null };
        (await Store.PutPendingAsync("full", Pending(), Cancel)).ShouldBeTrue();
        (await Store.PutPendingAsync("bare", bare, Cancel)).ShouldBeTrue();

        ShouldHoldTheSame(await Store.TakePendingAsync("full", Cancel), Pending());
        ShouldHoldTheSame(await Store.TakePendingAsync("bare", Cancel), bare);
    }

    [Fact]
    public async Task Pending_TakenByManyAtOnce_IsGivenToOne()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);

        var taken = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Store.TakePendingAsync("state", Cancel)));

        taken.Count(pending => pending is not null).ShouldBe(1);
        (await Store.TakePendingAsync("state", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Pending_ExpiredOrUnknown_IsNothing()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);
        _clock.Now = Pending().ExpiresAt;

        (await Store.TakePendingAsync("state", Cancel)).ShouldBeNull();
        (await Store.TakePendingAsync("unknown", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("state", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Pending_StateUsedTwice_IsRefused()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);

        (await Store.PutPendingAsync("state", Pending() with { System = "other" }, Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task Secrets_Stored_AreNowhereInTheTable()
    {
        await Store.PutPendingAsync("the-state", Pending(), Cancel);
        await Store.PutInvitationAsync("the-code", new Invitation(Acme, Crm, Now.AddDays(1)), Cancel);
        await Store.PutHookAsync("the-hook", new HookTarget(Acme, Crm), Cancel);

        var rows = await Tables.Lookups.ListAsync("", int.MaxValue, Cancel);

        rows.Count.ShouldBe(3);
        rows.SelectMany(row => row.Select(property => property.Value?.ToString() ?? "")).ShouldAllBe(text => !text.Contains("the-"));
    }

    [Fact]
    public async Task Invitation_LookedAt_IsNotUsedUp()
    {
        var invitation = new Invitation(Acme, Crm, Now.AddDays(1));
        await Store.PutInvitationAsync("code", invitation, Cancel);

        (await Store.FindInvitationAsync("code", Cancel)).ShouldBe(invitation);
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBe(invitation);
        (await Store.FindInvitationAsync("code", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Invitation_Expired_IsNothing()
    {
        await Store.PutInvitationAsync("code", new Invitation(Acme, Crm, Now), Cancel);

        (await Store.FindInvitationAsync("code", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Hook_PutAndRemoved_IsFoundInBetween()
    {
        (await Store.PutHookAsync("hook", new HookTarget(Acme, Crm), Cancel)).ShouldBeTrue();
        (await Store.PutHookAsync("hook", new HookTarget(new TenantId("other"), Crm), Cancel)).ShouldBeFalse();

        (await Store.FindHookAsync("hook", Cancel)).ShouldBe(new HookTarget(Acme, Crm));
        await Store.RemoveHookAsync("hook", Cancel);
        (await Store.FindHookAsync("hook", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task RemoveExpired_SomeExpired_LeavesTheOthers()
    {
        await Store.PutPendingAsync("old", Pending(), Cancel);
        await Store.PutPendingAsync("new", Pending() with { ExpiresAt = Now.AddDays(1) }, Cancel);
        await Store.PutHookAsync("hook", new HookTarget(Acme, Crm), Cancel);
        _clock.Now = Now.AddHours(1);

        await Store.RemoveExpiredAsync(Cancel);

        (await Tables.Lookups.ListAsync("", int.MaxValue, Cancel)).Count.ShouldBe(2);
        (await Store.TakePendingAsync("new", Cancel)).ShouldNotBeNull();
        (await Store.FindHookAsync("hook", Cancel)).ShouldNotBeNull();
    }

    private static PendingOAuth Pending() => new(Acme, Crm, "synergy", "https://app.example.com/callback", [1, 2, 3], "abcdef", Now.AddMinutes(10));
}

public sealed class BudgetStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    private BudgetStore Store => new(Tables);

    [Fact]
    public async Task Use_UpToTheLimit_GrantsWhatIsLeft()
    {
        (await UseAsync(60)).ShouldBe(60);
        (await UseAsync(60)).ShouldBe(40);
        (await UseAsync(1)).ShouldBe(0);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(100);
        (await Store.ReadAsync(Acme, Crm, Today.AddDays(1), Cancel)).ShouldBe(0);
        (await Store.UseAsync(Acme, Crm, Today, 5, 50, Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task Use_ByManyAtOnce_NeverGrantsMoreThanTheLimit()
    {
        var granted = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => UseAsync(10)));

        granted.Sum().ShouldBe(100);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(100);
    }

    [Fact]
    public async Task Use_AnswerLost_IsCountedOnce()
    {
        await UseAsync(10);
        LoseAnswer("table replace");

        (await UseAsync(10)).ShouldBe(10);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(20);
    }

    private Task<int> UseAsync(int calls) => Store.UseAsync(Acme, Crm, Today, calls, 100, Cancel);
}

public sealed class SweepStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly RunId Run = new("sweep-1");

    private SweepStore Store => new(Tables);

    [Fact]
    public async Task Pages_OddIds_ComeBackInOrder()
    {
        var rows = OddIds.All.Select((id, number) => new SweepRow(id, $"hash/{number}")).ToList();

        await AppendAsync(0, rows[..10]);
        await AppendAsync(2, rows[20..]);
        await AppendAsync(1, rows[10..20]);
        await AppendAsync(0, rows[..10]);

        (await Store.ReadAsync(Flow, Run, "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBe(rows);
        (await Store.ReadAsync(Flow, Run, "company", Side.Right, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        (await Store.ReadAsync(Flow, new RunId("sweep-10"), "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_Loaded_KnowsIdsAndTheirContent()
    {
        await AppendAsync(0, [.. OddIds.All.Select(id => new SweepRow(id, $"h{id}"))]);
        await AppendAsync(1, [new SweepRow("17", "moved")]);

        var set = await Store.LoadAsync(Flow, Run, "company", Side.Left, Cancel);

        set.Count.ShouldBe(OddIds.All.Count + 1);
        OddIds.All.ShouldAllBe(id => set.Contains(id) && set.Contains(id, $"h{id}") && !set.Contains(id, "other"));
        set.Contains("17", "moved").ShouldBeTrue();
        set.Contains("nobody").ShouldBeFalse();
    }

    [Fact]
    public void Set_OfManyRecords_StaysBelow64BytesEach()
    {
        const int Records = 200_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var set = new SweepSet(Records);
        for (var number = 0; number < Records; number++) set.Add(new SweepRow($"record {number}", $"{number}"));
        set.Sort();

        ((GC.GetTotalMemory(forceFullCollection: true) - before) / Records).ShouldBeLessThanOrEqualTo(64);
        set.Contains("record 123456", "123456").ShouldBeTrue();
    }

    [Fact]
    public async Task DeleteRun_OneOfTwo_LeavesTheOther()
    {
        await AppendAsync(0, [new SweepRow("1", "h")]);
        await Store.AppendPageAsync(Flow, new RunId("sweep-2"), "company", Side.Left, 0, [new SweepRow("2", "h")], Cancel);

        await Store.DeleteRunAsync(Flow, Run, Cancel);

        (await Store.ReadAsync(Flow, Run, "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        (await Store.LoadAsync(Flow, new RunId("sweep-2"), "company", Side.Left, Cancel)).Contains("2").ShouldBeTrue();
    }

    private Task AppendAsync(int page, IReadOnlyList<SweepRow> rows) => Store.AppendPageAsync(Flow, Run, "company", Side.Left, page, rows, Cancel);
}

public sealed class AppQueuesTests(AzuriteFixture azurite) : StateTest(azurite)
{
    [Fact]
    public async Task Send_ToAQueueThatIsNotThere_ArrivesInBase64()
    {
        var queues = new AppQueues(Clients);

        await queues.SendAsync(new PollMessage("acme", "companies", "due"), Cancel);
        await queues.SendAsync(new PollMessage("acme", "people", null), Cancel);
        await queues.SendAsync(new ChangeMessage("acme", "companies", ["company"]), null, Cancel);

        (await TextsAsync(AppQueues.Polls)).ShouldBe(["""{"tenant":"acme","flow":"companies","reason":"due"}""", """{"tenant":"acme","flow":"people"}"""]);
        (await TextsAsync(AppQueues.Changes)).ShouldBe(["""{"tenant":"acme","flow":"companies","kinds":["company"]}"""]);
        Transport.Calls.Count(call => call.Operation == "queue send message").ShouldBe(3);
    }

    private async Task<IEnumerable<string>> TextsAsync(string name)
    {
        var plain = new QueueClient(ConnectionString, $"{Clients.Prefix}{name}");
        return (await plain.PeekMessagesAsync(32, Cancel)).Value.Select(message => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())));
    }
}

public sealed class StateClientsTests
{
    [Fact]
    public void Create_NothingSet_NamesTheSetting() =>
        Should.Throw<InvalidOperationException>(() => StateClients.Create(_ => null)).Message.ShouldContain("StateStorage__tableServiceUri");

    [Theory]
    [InlineData("StateStorage__")]
    [InlineData("StateStorage:")]
    public void Create_Addresses_AreUsedWithAnIdentity(string prefix)
    {
        var settings = new Dictionary<string, string>
        {
            [$"{prefix}tableServiceUri"] = "https://acme.table.core.windows.net",
            [$"{prefix}blobServiceUri"] = "https://acme.blob.core.windows.net",
            [$"{prefix}queueServiceUri"] = "https://acme.queue.core.windows.net",
            [$"{prefix}credential"] = "managedidentity",
            [$"{prefix}clientId"] = "5f0c1b52-9d4e-4d2e-9f3a-0f4f7f7f7f7f",
        };

        var clients = StateClients.Create(settings.GetValueOrDefault);

        (clients.Tables.Uri.Host, clients.Blobs.Uri.Host, clients.Queues.Uri.Host)
            .ShouldBe(("acme.table.core.windows.net", "acme.blob.core.windows.net", "acme.queue.core.windows.net"));
    }

    [Fact]
    public void Create_AccountName_GivesTheAddresses() =>
        StateClients.Create(name => name == "StateStorage__accountName" ? "acme" : null).Queues.Uri.Host.ShouldBe("acme.queue.core.windows.net");

    [Fact]
    public void AddState_EveryStore_CanBeResolved()
    {
        var services = new ServiceCollection();
        var clients = StateClients.Create(_ => "UseDevelopmentStorage=true");

        using var provider = services.AddState(clients).AddSingleton(SecretKeys.New()).BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        services.Where(service => service.ServiceType.Assembly == typeof(StateClients).Assembly)
            .Select(service => provider.GetRequiredService(service.ServiceType))
            .ShouldAllBe(service => service != null);
    }
}
