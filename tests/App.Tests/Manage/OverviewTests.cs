using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.App.Access;
using SyncFunctions.Connectors;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Tests.Contracts;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Manage;

public sealed class OverviewTests : IAsyncLifetime
{
    private ManageCalls _calls = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => _calls.World.Time.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _calls = await ManageCalls.StartAsync();
        await _calls.World.AddConnectionAsync("synergy", "left", credentials: new Credentials("token", "synergy-static-key.demo"));
        await _calls.World.AddConnectionAsync("tinyplus", "right", credentials: new Credentials("token", "tinyplus-long-life-token.demo"));
    }

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    [Fact]
    public async Task Flows_WithWhatWaits_SayWhatIsToBeDone()
    {
        var (calm, busy) = (await AddFlowAsync("calm"), await AddFlowAsync("busy"));
        await _calls.World.Get<BrakeStore>().PutAsync(calm, new Brake("contact") { Recent = ImmutableSortedDictionary<string, DateTimeOffset>.Empty, Links = 3 }, null, Cancel);
        await LeaveWorkAsync(busy, ("1", WorkReason.Dead), ("2", WorkReason.Held), ("3", WorkReason.Held));
        await _calls.World.Get<LinkStore>().CommitAsync(new LinkScope(busy, "company"), [new LinkUnit { Index = [Unlinked("7"), Unlinked("8")] }], Cancel);
        var conflict = new Conflict(new ConflictId("c1"), Now, "company", "name", Side.Left, new FieldValue.Text("a"), new FieldValue.Text("b"));
        await _calls.World.Get<ConflictStore>().AppendAsync(busy, [conflict, conflict with { Id = new ConflictId("c2"), RestoredAt = Now }, conflict with { Id = new ConflictId("c3"), At = Now.AddDays(-2) }], Cancel);
        await RunAsync(busy);

        var flows = (await GetAsync()).Json.GetProperty("flows").EnumerateArray().ToDictionary(flow => flow.GetProperty("id").GetString()!);

        flows["calm"].GetProperty("inStep").GetBoolean().ShouldBeTrue();
        flows["calm"].GetProperty("nextStep").ValueKind.ShouldBe(JsonValueKind.Null);
        flows["calm"].GetProperty("sides").EnumerateArray().Select(side => side.GetProperty("systemName").GetString()).ShouldBe(["Total Synergy", "tiny+"]);
        flows["busy"].GetProperty("inStep").GetBoolean().ShouldBeFalse();
        flows["busy"].GetProperty("work").GetRawText().ShouldBe("""{"dead":1,"held":2}""");
        flows["busy"].GetProperty("conflicts").GetInt32().ShouldBe(1);
        flows["busy"].GetProperty("unmatched").GetInt32().ShouldBe(2);
        flows["busy"].GetProperty("nextStep").GetString().ShouldBe("replay");
        flows["busy"].GetProperty("run").GetProperty("done").GetInt32().ShouldBe(40);
        flows["busy"].GetProperty("run").GetProperty("total").GetInt32().ShouldBe(90);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Page_ThatIsWatched_CostsTheSameForManyFlows(int many)
    {
        var first = await AddFlowAsync("flow0");
        foreach (var number in Enumerable.Range(1, many - 1)) await AddFlowAsync($"flow{number}");
        await GetAsync();

        // The tenant, its connections, and everything of its flows.
        (await CountAsync(() => GetAsync())).ShouldBe(3);

        await LeaveWorkAsync(first, ("1", WorkReason.Dead));
        _calls.World.Time.Advance(TimeSpan.FromMinutes(2));
        var kinds = Pairs.PairCatalog.Shipped["synergy-tinyplus"].Kinds.Length;
        (await CountAsync(() => GetAsync())).ShouldBeLessThanOrEqualTo(3 + (many * ((2 * kinds) + 1)));
    }

    [Fact]
    public async Task WorkThatComes_IsCountedAtOnce_AndNothingNewIsNotSentAgain()
    {
        var flow = await AddFlowAsync("flow");
        var tag = (await GetAsync()).Headers.ETag.ToString();

        (await GetAsync(("If-None-Match", tag))).Status.ShouldBe(304);
        await _calls.World.Get<SyncFunctions.App.Sync.WorkList>().PutAsync(new LinkScope(flow, "company"), [Work("1", WorkReason.Retry)], Cancel);
        var answer = await GetAsync(("If-None-Match", tag));

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("flows")[0].GetProperty("work").GetRawText().ShouldBe("""{"retry":1}""");
    }

    [Fact]
    public async Task FlowsOutOfReach_AreLeftOut()
    {
        await AddFlowAsync("mine");
        await AddFlowAsync("theirs");
        _calls.Caller = _calls.Caller with { Groups = ["g"], Reaches = [new Reach([new FlowId("mine")], null)] };

        (await GetAsync()).Json.GetProperty("flows").EnumerateArray().Select(flow => flow.GetProperty("id").GetString()).ShouldBe(["mine"]);
    }

    private async Task<FlowKey> AddFlowAsync(string id)
    {
        var key = new FlowKey(HttpWorld.Tenant, new FlowId(id));
        var flow = new Flow(key, "synergy-tinyplus", id, new ConnectionId("left"), new ConnectionId("right")) { Enabled = true, CreatedAt = Now, WentLiveAt = Now };
        (await _calls.World.Get<FlowStore>().InsertAsync(flow, Cancel)).ShouldBeTrue();
        return key;
    }

    private async Task RunAsync(FlowKey flow)
    {
        var run = new RunId("run");
        await _calls.World.Get<RunStore>().InsertAsync(new Run(flow, run, Lane.Import, "Import", "a person", Now) { Counts = ImmutableSortedDictionary<string, KindCounts>.Empty.Add("company", new KindCounts(90, 40)) }, Cancel);
        (await _calls.World.Get<FlowStore>().TryTakeAsync(flow, Lane.Import, run, RunStatus.Syncing, "Import", "a person", TimeSpan.FromMinutes(5), Cancel)).ShouldNotBeNull();
    }

    private Task LeaveWorkAsync(FlowKey flow, params (string Id, WorkReason Reason)[] rows) =>
        _calls.World.Get<LinkStore>().PutWorkAsync(new LinkScope(flow, "company"), [.. rows.Select(row => Work(row.Id, row.Reason))], Cancel);

    private WorkItem Work(string id, WorkReason reason) => new("company", Side.Left, id, reason, Now) { FirstAt = Now };

    private IndexWrite Unlinked(string id) => IndexWrite.Insert(new IndexEntry(Side.Left, id) { IsOlder = true, Label = id, MatchKeys = [$"name={id}", $"email={id}"], SeenAt = Now });

    private Task<Answer> GetAsync(params (string Name, string Value)[] headers) =>
        _calls.SendAsync<GetOverview>("GET", "tenants/acme/overview", null, (function, request) => function.Run(request, "acme", Cancel), headers);

    private async Task<int> CountAsync(Func<Task> act)
    {
        var before = _calls.Storage.Count;
        await act();
        return _calls.Storage.Count - before;
    }
}
