using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// A reference to a record is kept as its link, which both sides share. Vendor ids become links before planning and vendor ids
/// again before writing.
/// </summary>
internal sealed class References(LinkStore links)
{
    public async Task<IReadOnlyList<Record>> ResolveAsync(FlowContext flow, KindMap kind, Side side, IReadOnlyList<Record> records, CancellationToken cancellation)
    {
        var resolved = records.ToList();
        foreach (var field in kind.Fields.Where(field => field.Type == FieldType.Reference))
        {
            var ids = resolved.Select(record => record.Fields.Find(field.Name)).OfType<FieldValue.Reference>().Select(reference => reference.RecordId).Distinct().ToList();
            if (ids.Count == 0) continue;
            var entries = await links.FindAsync(new LinkScope(flow.Key, field.References!), side, ids, cancellation);
            for (var i = 0; i < resolved.Count; i++)
            {
                if (resolved[i].Fields.Find(field.Name) is FieldValue.Reference reference && entries.TryGetValue(reference.RecordId, out var entry) && entry.Value is { Link: { } link, Tombstone: false })
                {
                    resolved[i] = resolved[i] with { Fields = resolved[i].Fields.With(field.Name, new FieldValue.LinkedReference(link)) };
                }
            }
        }

        return resolved;
    }

    /// <summary>The vendor ids on <paramref name="target"/> of everything that the fields refer to. A link whose record is still being created has none.</summary>
    public async Task<IReadOnlyDictionary<LinkId, string>> TargetIdsAsync(
        FlowContext flow, KindMap kind, Side target, IEnumerable<FieldSet> fieldSets, CancellationToken cancellation)
    {
        var found = new Dictionary<LinkId, string>();
        var byKind = from fields in fieldSets
                     from field in fields
                     where field.Value is FieldValue.LinkedReference
                     group ((FieldValue.LinkedReference)field.Value).Link by kind.Field(field.Key).References!;
        foreach (var group in byKind)
        {
            foreach (var (id, link) in await links.LoadAsync(new LinkScope(flow.Key, group.Key), group.Distinct().ToList(), cancellation))
            {
                if (link.Value.IdOn(target) is { } recordId) found[id] = recordId;
            }
        }

        return found;
    }

    public static FieldSet WithTargetIds(FieldSet fields, IReadOnlyDictionary<LinkId, string> targetIds) => FieldSet.From(
        fields.Select(field => KeyValuePair.Create(
            field.Key,
            field.Value is FieldValue.LinkedReference reference ? new FieldValue.Reference(targetIds[reference.Link]) : field.Value)));

    public static bool CanExpress(FieldSet fields, IReadOnlyDictionary<LinkId, string> targetIds) =>
        fields.Values.OfType<FieldValue.LinkedReference>().All(reference => targetIds.ContainsKey(reference.Link));
}
