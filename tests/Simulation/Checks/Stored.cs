using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Checks;

/// <summary>All that the app has stored of one kind.</summary>
internal sealed record StoredKind(KindPair Kind, List<Link> Links, List<IndexEntry> Entries, List<WorkItem> Work, List<OpenCreate> OpenCreates)
{
    public IEnumerable<Link> Active => Links.Where(link => link.State == LinkState.Active);

    public Link? Of(Side side, string recordId) => Links.Find(link => link.State == LinkState.Active && link.IdOn(side) == recordId);
}

/// <summary>What the app has stored, read through its own stores; nothing of it is believed without a look at the systems.</summary>
internal sealed record Stored(Dictionary<string, StoredKind> Kinds, List<LogEntry> Log)
{
    /// <summary>The lines about a link, the newest first; some name only one of its records.</summary>
    public IEnumerable<LogEntry> LogOf(Link link) => Log.Where(entry =>
        entry.LinkId == link.Id || (entry.LinkId is null && entry.Kind == link.Kind && entry.Side is { } side && entry.RecordId is { } id && link.IdOn(side) == id));

    public static async Task<Stored> ReadAsync(IServiceProvider services, FlowKey flow)
    {
        var none = CancellationToken.None;
        var store = services.GetRequiredService<LinkStore>();
        var kinds = new Dictionary<string, StoredKind>();
        foreach (var kind in KindPair.All)
        {
            var scope = new LinkScope(flow, kind.Name);
            var links = (await store.LinksAsync(scope, null, 5000, none)).Items.Select(link => link.Value).ToList();
            var entries = new List<IndexEntry>();
            var open = new List<OpenCreate>();
            foreach (var side in Sides.Both)
            {
                entries.AddRange((await store.EntriesAsync(scope, side, null, 5000, none)).Items.Select(entry => entry.Value));
                open.AddRange((await store.OpenCreatesAsync(scope, side, none)).Select(link => new OpenCreate(link.Value.Id, side)));
            }

            var work = (await store.WorkAsync(scope, 5000, none)).Select(item => item.Value).ToList();
            kinds[kind.Name] = new StoredKind(kind, links, entries, work, open);
        }

        var log = new List<LogEntry>();
        string? after = null;
        do
        {
            var page = await services.GetRequiredService<IntegrationLog>().ListAsync(flow, LogFilter.None, after, 1000, none);
            log.AddRange(page.Items);
            after = page.Continuation;
        }
        while (after is not null);
        return new Stored(kinds, log);
    }
}
