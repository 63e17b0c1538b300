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

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Audience, string Field), (ILookup<string, string> Ids, DateTimeOffset At)> _indexes = new();
    private readonly CallGate _oneAtATime = new(1);

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
        var key = (connection.Tenant, connection.Connection, audience, field);
        await _oneAtATime.EnterAsync(cancellation);
        try
        {
            if (_indexes.TryGetValue(key, out var known) && time.GetUtcNow() - known.At <= GoodFor)
                return known.Ids[value].ToImmutableArray();
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

            var ids = found.ToLookup(member => member.Value, member => member.Id, StringComparer.OrdinalIgnoreCase);
            _indexes[key] = (ids, at);
            return ids[value].ToImmutableArray();
        }
        finally
        {
            _oneAtATime.Leave();
        }
    }
}
