using System.Collections.Concurrent;
using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>
/// Who has a value in a field by which Mailchimp finds nobody, such as the merge field with the id of another system: from a walk through
/// the audience, which many searches share. Who came or changed since then is found by the address.
/// </summary>
internal sealed class MailchimpIndexes(TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(15);

    // One for each audience and field that was ever searched by.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Audience, string Field), Index> _indexes = new();

    /// <summary>The ids of those that had this value.</summary>
    /// <param name="connection">Whose audience.</param>
    /// <param name="audience">Its path.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">Its value, in any letter case.</param>
    /// <param name="list">A page of all members.</param>
    /// <param name="cancellation">The caller's.</param>
    public async Task<VendorResult<ImmutableArray<string>>> FindAsync(
        ConnectionScope connection, string audience, string field, string value, Func<ListRequest, Task<VendorResult<VendorPage>>> list, CancellationToken cancellation)
    {
        var index = _indexes.GetOrAdd((connection.Tenant, connection.Connection, audience, field), _ => new Index());
        await index.OneAtATime.EnterAsync(cancellation);
        try
        {
            if (time.GetUtcNow() - index.At > GoodFor && await FillAsync(index, field, list) is { } failure)
                return failure;
            return index.Ids[value].ToImmutableArray();
        }
        finally
        {
            index.OneAtATime.Leave();
        }
    }

    private async Task<VendorFailure?> FillAsync(Index index, string field, Func<ListRequest, Task<VendorResult<VendorPage>>> list)
    {
        var (at, found) = (time.GetUtcNow(), new HashSet<(string Value, string Id)>());
        for (var request = new ListRequest(); ;)
        {
            if (!(await list(request)).TryGet(out var page, out var failure))
                return failure;
            found.UnionWith(page.Records.Select(member => (Value: member.Fields.Find(field)?.ToString() ?? "", member.Id)).Where(member => member.Value.Length > 0));
            if (page.NextPage is null)
                break;
            request = request with { PageToken = page.NextPage };
        }

        (index.Ids, index.At) = (found.ToLookup(member => member.Value, member => member.Id, StringComparer.OrdinalIgnoreCase), at);
        return null;
    }

    private sealed class Index
    {
        public CallGate OneAtATime { get; } = new(1);

        public ILookup<string, string> Ids { get; set; } = Array.Empty<string>().ToLookup(id => id);

        public DateTimeOffset At { get; set; } = DateTimeOffset.MinValue;
    }
}
