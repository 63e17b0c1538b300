using SyncFunctions.State;

namespace SyncFunctions.App.Sealing;

/// <summary>The keys that secrets are sealed with, by their ids: none of it is secret.</summary>
/// <param name="Current">It seals.</param>
public sealed record SecretKeysView(string Current, IReadOnlyList<SecretKeysView.Key> Keys)
{
    /// <param name="Known">The app has it; what another one sealed cannot be opened.</param>
    /// <param name="Sealed">Secrets that are sealed with it.</param>
    public sealed record Key(string Id, bool Known, int Sealed);

    public static SecretKeysView Of(SecretKeys keys, IReadOnlyDictionary<string, int> counts) => new(
        keys.Current,
        [.. keys.Ids.Union(counts.Keys).Order(StringComparer.Ordinal).Select(id => new Key(id, keys.Ids.Contains(id), counts.GetValueOrDefault(id)))]);
}
