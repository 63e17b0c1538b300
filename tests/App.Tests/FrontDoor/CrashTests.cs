using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>The app is killed as by a power cut, in the middle of its work.</summary>
[Trait("Category", "Crashes")]
public sealed class CrashTests
{
    private const int Projects = 300;
    private const int Companies = 40;

    /// <summary>A create that was cut off is looked for only once it can't be on its way any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Import_KilledTwiceOnItsWay_EndsWithEverythingOnce()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stack = await AppStack.StartAsync(cancellation, check: Contract.Check);
        await using var practice = await SyncedPractice.ConnectedAsync(stack);
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, Companies).Select(number => new { name = $"Company {number}" }));
        var companies = await practice.Synergy.AllAsync("contacts");
        await practice.Synergy.CreateAllAsync("projects", Enumerable.Range(0, Projects).Select(number => new { name = $"Project {number}", number = $"26-{number:0000}", primaryContactId = companies[number % Companies].Number }));
        var run = (await practice.PostAsync("/sync", new { mode = "import" })).GetProperty("runId").GetString()!;

        await KillAtAsync("companies", Companies / 2);
        await KillAtAsync("projects", Projects / 3);
        await practice.EndedAsync(run, Patience);
        await practice.QuietAsync(Patience);

        await InStepAsync("contacts", "companies", "company", Companies);
        await InStepAsync("projects", "projects", "project", Projects);

        async Task KillAtAsync(string kind, int records)
        {
            await Eventually.HoldsAsync(async () => (await practice.TinyPlus.AllAsync(kind)).Count < records ? $"There are not {records} {kind} yet." : null, Patience);
            await stack.KillAppAsync();
            await stack.StartAppAsync(cancellation);
        }

        async Task InStepAsync(string left, string right, string kind, int count)
        {
            var here = await practice.Synergy.AllAsync(left);
            var there = (await practice.TinyPlus.AllAsync(right)).ToDictionary(record => record.Id);
            (here.Count, there.Count).ShouldBe((count, count));
            var links = (await practice.ItemsAsync($"/links?kind={kind}&limit=1000")).ToDictionary(link => link.GetProperty("leftId").GetString()!, link => link.GetProperty("rightId").GetString()!);
            foreach (var record in here)
            {
                var counterpart = there[links[record.Id]];
                counterpart["name"].ShouldBe(record["name"]);
                if (kind == "project") there[links[record.Id]]["company"].ShouldNotBeNullOrEmpty();
            }
        }
    }
}
