using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Live;

public sealed class ActivityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_AreCountedWithoutStorage_AndWrittenInOneOperation()
    {
        using var world = await LiveWorld.LiveAsync();
        var counter = world.Get<ActivityCounter>();
        await counter.StartAsync(Cancel);
        var (acme, other) = (await world.CompanyAsync("Acme"), await world.CompanyAsync("Other"));
        await EditAsync(world, acme, "123");
        world.Right.Edit(await world.CounterpartAsync(other), FieldSet.Of(("tel", FieldValue.Of("9"))), Actor.User);
        await world.SendAsync(Side.Right, await world.CounterpartAsync(other));
        await world.DeliverAsync();
        world.TableCalls().ShouldNotContain(call => call.Contains("activity", StringComparison.OrdinalIgnoreCase));

        world.Storage.Reset();
        await counter.WriteAsync(Cancel);
        await counter.WriteAsync(Cancel);
        world.TableCalls().Count.ShouldBe(1);

        // The hour's row as a whole, with what comes later; by a stop, too.
        await EditAsync(world, acme, "456");
        await counter.StopAsync(Cancel);
        var shown = await ShowAsync(world);
        var total = shown.GetProperty("total");
        (Number(total, "created"), Number(total, "updated"), Number(total, "archived"), Number(total, "measured")).ShouldBe((2, 3, 0, 5));
        total.GetProperty("p95Seconds").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        total.GetProperty("kinds").EnumerateArray().Select(kind => $"{kind.GetProperty("kind")} {kind.GetProperty("to")} {kind.GetProperty("created")} {kind.GetProperty("updated")}").ShouldBe(["company left 0 1", "company right 2 2"]);
        shown.GetProperty("items").GetArrayLength().ShouldBeInRange(1, 2);
        Number((await ShowAsync(world, "?by=day")).GetProperty("total"), "updated").ShouldBe(3);
    }

    [Fact]
    public async Task Figures_ThatStorageDidNotTake_AreWrittenWithTheNext()
    {
        using var world = await LiveWorld.LiveAsync();
        var counter = world.Get<ActivityCounter>();
        await counter.StartAsync(Cancel);
        await world.CompanyAsync("Acme");
        var isAway = true;
        world.Storage.Fail(call => isAway && call.Method != "GET" && call.Uri.AbsolutePath.Contains("activity", StringComparison.Ordinal), FailurePoint.BeforeSending);

        await counter.WriteAsync(Cancel);
        Number((await ShowAsync(world)).GetProperty("total"), "created").ShouldBe(0);
        isAway = false;
        await counter.StopAsync(Cancel);

        Number((await ShowAsync(world)).GetProperty("total"), "created").ShouldBe(1);
    }

    [Theory]
    [InlineData("?from=yesterday")]
    [InlineData("?from=2026-01-01&to=2026-03-01")]
    [InlineData("?from=2026-01-02&to=2026-01-01")]
    [InlineData("?by=week")]
    public async Task Span_ThatIsNone_IsRefused(string query)
    {
        using var world = await LiveWorld.LiveAsync();

        (await AnswerAsync(world, query)).Status.ShouldBe(400);
    }

    private static async Task EditAsync(LiveWorld world, FakeRecord company, string phone)
    {
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of(phone))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
    }

    private static int Number(JsonElement total, string member) => total.GetProperty(member).GetInt32();

    private static async Task<JsonElement> ShowAsync(LiveWorld world, string query = "") => (await AnswerAsync(world, query)).Json;

    private static Task<Answer> AnswerAsync(LiveWorld world, string query)
    {
        var request = world.Request("GET", null);
        request.QueryString = new QueryString(query);
        return HttpWorld.ExecuteAsync(request, world.Function<GetActivity>().Run(request, LiveWorld.Key.Tenant.Value, LiveWorld.Key.Flow.Value, Cancel));
    }
}
