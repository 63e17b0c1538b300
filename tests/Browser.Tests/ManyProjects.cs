using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.Browser.Tests;

/// <summary>More projects than anybody would wait for an import of: written where an import would have written them.</summary>
internal static class ManyProjects
{
    private static readonly string[] Boards = ["Service Desk", "Projects", "Managed Services", "Internal"];

    public static async Task StoreAsync(AppStack app, SyncedPractice provider, int count, CancellationToken cancellation)
    {
        var tables = new StateTables(StateClients.Create(name => name == StateClients.Connection ? app.Storage : null));
        var (store, key) = (new ProjectStore(tables), new FlowKey(new TenantId(provider.Tenant), new FlowId("flow")));
        var now = DateTimeOffset.UtcNow;
        var projects = Enumerable.Range(1, count).Select(number => (Of(number, now), (Versioned<Project>?)null));
        (await Task.WhenAll(projects.Chunk(count / 4).Select(part => store.ReplaceAsync(key, part, cancellation)))).SelectMany(written => written).ShouldAllBe(written => written);
    }

    private static Project Of(int number, DateTimeOffset now) => new(new LinkId($"project-{number}"))
    {
        ImportedAt = now.AddDays(-30),
        DeltaAt = now.AddMinutes(-number),
        ComprehensiveAt = now.AddHours(-number % 5),
        Facts = new($"{number}", $"mv-{number}", $"Migration {number:0000}", $"Migration {number:0000}", $"Customer {number % 400:000}", Boards[number % Boards.Length], LinkState.Active, null),
    };
}
