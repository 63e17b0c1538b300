using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SyncFunctions.State;

namespace SyncFunctions.App.Audit;

/// <summary>What is different between settings as they were and as they are.</summary>
public static class AuditChanges
{
    /// <summary>More are not told one by one.</summary>
    private const int Most = 100;

    private const int LongestValue = 500;

    public static ImmutableArray<AuditChange> Between(JsonNode? before, JsonNode? after)
    {
        var changes = ImmutableArray.CreateBuilder<AuditChange>();
        Compare("", before, after, changes);
        return [.. changes.Take(Most)];
    }

    private static void Compare(string member, JsonNode? before, JsonNode? after, ImmutableArray<AuditChange>.Builder changes)
    {
        if (JsonNode.DeepEquals(before, after)) return;
        if (before is JsonObject or null && after is JsonObject or null && (before ?? after) is not null)
        {
            var (old, now) = (before as JsonObject, after as JsonObject);
            foreach (var name in (old ?? []).Select(pair => pair.Key).Union((now ?? []).Select(pair => pair.Key)).Order(StringComparer.Ordinal))
                Compare(member.Length == 0 ? name : $"{member}.{name}", old?[name], now?[name], changes);
            return;
        }

        changes.Add(new AuditChange(member, Text(before), Text(after)));
    }

    private static string? Text(JsonNode? value) => value?.ToJsonString(Problems.Json.Options) switch
    {
        null => null,
        { Length: > LongestValue } text => $"{text.AsSpan(0, LongestValue)}…",
        var text => text,
    };
}
