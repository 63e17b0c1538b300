using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests;

/// <summary>A flow that is live between two simulated vendors, over storage in memory; synchronised when a test says so.</summary>
internal sealed class FlowWorld : IAsyncDisposable
{
    public static readonly FlowKey Key = new(HttpWorld.Tenant, new FlowId("main"));

    private readonly string _slug = $"t{Guid.NewGuid():N}"[..12];

    private FlowWorld(HttpWorld http, CountingTransport storage)
    {
        (Http, Storage) = (http, storage);
        (Synergy, TinyPlus) = (http.Account("synergy", _slug), http.Account("tinyplus", _slug));
    }

    public HttpWorld Http { get; }

    public CountingTransport Storage { get; }

    public CustomerAccount Synergy { get; }

    public CustomerAccount TinyPlus { get; }

    public static async Task<FlowWorld> LiveAsync(FlowSettings? settings = null, params (string Name, string Value)[] app)
    {
        var time = new ShiftedTime();
        var transport = new CountingTransport(new MemoryStorage(time));
        var http = await HttpWorld.StartAsync(StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = transport), app);
        var world = new FlowWorld(http, transport);
        foreach (var system in (string[])["synergy", "tinyplus"]) await http.ControlAsync(system, HttpMethod.Post, "accounts", new { slug = world._slug, seed = false });
        await http.AddConnectionAsync("synergy", "left", credentials: new Credentials("token", $"synergy-static-key.{world._slug}"));
        await http.AddConnectionAsync("tinyplus", "right", credentials: new Credentials("token", $"tinyplus-long-life-token.{world._slug}"));
        var now = http.Time.GetUtcNow();
        var flow = new Flow(Key, "synergy-tinyplus", "Main", new ConnectionId("left"), new ConnectionId("right"))
        {
            Settings = settings ?? FlowSettings.Default,
            Enabled = true,
            CreatedAt = now,
            WentLiveAt = now.AddHours(-2),
        };
        await http.Get<FlowStore>().InsertAsync(flow, default);
        return world;
    }

    public T Get<T>()
        where T : notnull => Http.Get<T>();

    public async Task ChangeAsync(Func<Flow, Flow> change)
    {
        var found = (await Get<FlowStore>().GetAsync(Key, default)).ShouldNotBeNull();
        (await Get<FlowStore>().ReplaceAsync(found with { Value = change(found.Value) }, default)).ShouldNotBeNull();
    }

    /// <summary>Brings both sides of these kinds into step, as a run does: everything that they list, then what is due on the work list.</summary>
    public async Task<KindCounts> SyncAsync(params string[] kinds)
    {
        var counts = await WalkAsync(RunMode.Comprehensive, null, kinds);
        foreach (var kind in kinds)
        {
            var context = (await Get<FlowContexts>().LoadAsync(Key, default)).ShouldNotBeNull();
            if (context.State.Hint(kind) is { } hint) counts += await Get<WorkSync>().RunAsync(new WorkScope(context, context.Pair.Kind(kind), RunMode.Delta, null, 0), hint, default);
        }

        return counts;
    }

    /// <summary>The pages of a run through these kinds.</summary>
    public async Task<KindCounts> WalkAsync(RunMode mode, RunId? run, params string[] kinds)
    {
        var counts = KindCounts.None;
        foreach (var kind in kinds)
        {
            var context = (await Get<FlowContexts>().LoadAsync(Key, default)).ShouldNotBeNull();
            var scope = new WorkScope(context, context.Pair.Kind(kind), mode, run, 0);
            if (scope.Kind.Parent is { } parent)
            {
                var parents = (await Get<LinkStore>().LinksAsync(new LinkScope(Key, parent), null, 100, default)).Items.Select(link => link.Value.Id).ToList();
                counts += (await Get<BatchSync>().RunInsideAsync(scope with { PlanPage = DryRun.PageOf(context, scope.Kind, 'i', "") }, parents, default)).Counts;
                continue;
            }

            for (var walk = KindWalk.Begin(kind); !walk.Done;)
            {
                var page = await Get<PageSync>().StepAsync(scope with { PlanPage = DryRun.PageOf(context, scope.Kind, 'a', $"{walk.PageNumber:D6}") }, walk, since: false, default);
                page.Failure.ShouldBeNull();
                (walk, counts) = (page.Walk, counts + page.Counts);
            }
        }

        return counts;
    }

    /// <summary>The one link of a kind.</summary>
    public async Task<Link> LinkAsync(string kind) => (await Get<LinkStore>().LinksAsync(new LinkScope(Key, kind), null, 100, default)).Items.ShouldHaveSingleItem().Value;

    public async Task<IReadOnlyList<LogEntry>> LogAsync(string code) =>
        (await Get<IntegrationLog>().ListAsync(Key, LogFilter.None with { Code = code }, null, 100, default)).Items;

    /// <summary>Calls a function as the host would, and requires its answer to be good.</summary>
    public async Task<JsonElement> AskAsync<TFunction>(string query, object? body, Func<TFunction, HttpRequest, Task<IActionResult>> call)
    {
        var answer = await AnswerAsync(query, body, call);
        answer.Status.ShouldBeLessThan(300, answer.Body);
        return answer.Body.Length == 0 ? default : answer.Json;
    }

    public Task<Answer> AnswerAsync<TFunction>(string query, object? body, Func<TFunction, HttpRequest, Task<IActionResult>> call)
    {
        var request = Http.Request(body is null ? "GET" : "POST", new Uri($"https://sync.example/api/manage/v1/{query}"), body);
        return HttpWorld.ExecuteAsync(request, call(Http.Function<TFunction>(), request));
    }

    public ValueTask DisposeAsync() => Http.DisposeAsync();
}
