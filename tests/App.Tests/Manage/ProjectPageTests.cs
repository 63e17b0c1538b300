using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Manage;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Manage;

/// <summary>The list of projects over the emulator, of the pair that is shipped.</summary>
public sealed class ProjectPageTests(AzuriteFixture azurite)
{
    private static readonly FlowKey Key = new(HttpWorld.Tenant, new FlowId("msp"));

    [Fact]
    public async Task List_OfFiveThousand_IsReadOnceAndThenAnsweredInNoTime()
    {
        await using var world = await StartAsync();
        var (now, store) = (world.Time.GetUtcNow(), world.Get<ProjectStore>());
        await store.ReplaceAsync(Key, [.. Enumerable.Range(0, 5000).Select(number => (Row(number, now), (Versioned<Project>?)null))], default);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var (rows, answers) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var look = 0; look < 6; look++)
        {
            var watch = Stopwatch.StartNew();
            (await store.ListAsync(Key, default)).Count.ShouldBe(5000);
            rows.Add(watch.Elapsed);
            watch.Restart();
            (await ListAsync(world)).GetProperty("totals").GetProperty("shown").GetInt32().ShouldBe(5000);
            answers.Add(watch.Elapsed);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', rows.Zip(answers, (all, answer) => string.Create(CultureInfo.InvariantCulture, $"all rows {all.TotalMilliseconds:F0} ms, the answer {answer.TotalMilliseconds:F0} ms"))));

        // On a machine that is busy with other things, still less than reading the rows takes there.
        answers.Skip(1).Min().ShouldBeLessThan(TimeSpan.FromMilliseconds(Math.Max(200, rows.Min().TotalMilliseconds)));
    }

    [Fact]
    public async Task Projects_OfConnectWise_LeadThere()
    {
        await using var world = await StartAsync();
        await world.Get<ProjectStore>().ReplaceAsync(Key, [(Row(7, world.Time.GetUtcNow()), null)], default);

        var list = await ListAsync(world);
        var panel = await AskAsync(world, world.Function<GetProject>().Run(world.Request("GET"), Key.Tenant.Value, Key.Flow.Value, "p7", default));

        list.GetProperty("site").GetString().ShouldBe("https://na.myconnectwise.net/");
        var item = list.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        item.GetProperty("log").GetString().ShouldBe("/api/manage/v1/tenants/acme/flows/msp/projects/p7/log");
        panel.GetProperty("left").GetProperty("page").GetString().ShouldBe("https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails?recordType=ProjectHeaderFV&recid=7&companyName=acme%20it");
        panel.GetProperty("right").GetProperty("page").ValueKind.ShouldBe(JsonValueKind.Null);
        panel.GetProperty("inside").EnumerateArray().Select(part => part.GetProperty("kind").GetString()).ShouldBe(["phase", "ticket", "scheduleEntry", "time"]);
        panel.GetProperty("workType").GetProperty("name").GetString().ShouldBe("enterprise default");
    }

    private async Task<HttpWorld> StartAsync()
    {
        var world = await HttpWorld.StartAsync(azurite);
        var now = world.Time.GetUtcNow();
        var psa = new StoredConnection(HttpWorld.Tenant, new ConnectionId("psa"), "connectwise", "PSA")
        {
            CreatedAt = now,
            Settings = ImmutableDictionary<string, string>.Empty.Add("site", "na.myconnectwise.net").Add("companyId", "acme it"),
        };
        (await world.Get<ConnectionStore>().InsertAsync(psa, default)).ShouldBeTrue();
        await world.AddConnectionAsync("moovila", "board");
        await world.Get<FlowStore>().InsertAsync(new Flow(Key, "connectwise-moovila", "MSP", psa.Id, new ConnectionId("board")) { Enabled = true, WentLiveAt = now, CreatedAt = now }, default);
        return world;
    }

    private static Project Row(int number, DateTimeOffset now) => new(new LinkId($"p{number}"))
    {
        Facts = new ProjectFacts($"{number}", $"prj_{number:D10}", $"Network refresh {number}", $"Network refresh {number}", $"Customer {number % 400}", $"Board {number % 9}", LinkState.Active, null) { StateSince = now },
        Guard = new Guard(Lane.Live, RunStatus.Idle, null, 3, now, null, null, null, null) { NotBefore = now.AddMinutes(10) },
        ImportedAt = now,
        DeltaAt = now,
        ComprehensiveAt = now,
    };

    private static Task<JsonElement> ListAsync(HttpWorld world)
    {
        var request = world.Request("GET");
        request.QueryString = new QueryString("?groupBy=board&search=network");
        return AskAsync(world, world.Function<ListProjects>().Run(request, Key.Tenant.Value, Key.Flow.Value, default));
    }

    private static async Task<JsonElement> AskAsync(HttpWorld world, Task<IActionResult> function)
    {
        var answer = await HttpWorld.ExecuteAsync(world.Request("GET"), function);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }
}
