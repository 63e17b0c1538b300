using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace SyncFunctions.State;

/// <summary>
/// The keys that secrets are sealed with: one is current, the older ones still open what they sealed. Kept as JSON,
/// <c>{"current":"k2","keys":{"k1":"base64","k2":"base64"}}</c>, in a file (embedded) or in one secret of a Key Vault.
/// </summary>
public sealed class SecretKeys
{
    private const int KeySize = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ImmutableSortedDictionary<string, byte[]> _keys;

    private SecretKeys(string current, ImmutableSortedDictionary<string, byte[]> keys)
    {
        Current = current;
        _keys = keys.WithComparers(StringComparer.Ordinal);
    }

    /// <summary>The id of the key that seals.</summary>
    public string Current { get; }

    /// <summary><c>~/.syncfunctions/secret-keys.json</c></summary>
    public static string DefaultPath =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".syncfunctions", "secret-keys.json");

    public IEnumerable<string> Ids => _keys.Keys;

    internal byte[]? this[string id] => _keys.GetValueOrDefault(id);

    /// <summary>The keys of a file, which is created, readable by its owner alone, if there is none.</summary>
    public static SecretKeys FromFile(string? path = null)
    {
        path ??= DefaultPath;
        if (!File.Exists(path))
        {
            using var claim = Claim(path);
            if (!File.Exists(path)) WriteFile(path, New());
        }

        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>One random key.</summary>
    public static SecretKeys New() => new("k1", ImmutableSortedDictionary<string, byte[]>.Empty.Add("k1", RandomNumberGenerator.GetBytes(KeySize)));

    /// <summary>These keys and a new one, which is current. Secrets move over as they are sealed again.</summary>
    public SecretKeys Rotate()
    {
        // No id comes twice, as what the key before it has sealed would seem to be of the new one.
        var id = $"k{_keys.Keys.Max(NumberOf) + 1}";
        return new(id, _keys.Add(id, RandomNumberGenerator.GetBytes(KeySize)));
    }

    /// <summary>These keys without one that is not current. What it sealed cannot be opened any more.</summary>
    /// <exception cref="ArgumentException">There is no such key, or it is the current one.</exception>
    public SecretKeys Without(string id) =>
        id == Current ? throw new ArgumentException($"'{id}' is the current key: rotate first.", nameof(id))
        : _keys.ContainsKey(id) ? new(Current, _keys.Remove(id))
        : throw new ArgumentException($"There is no key '{id}'.", nameof(id));

    /// <summary>What is kept in the file or the vault. A secret.</summary>
    public string ToJson() => JsonSerializer.Serialize(new Stored(Current, _keys), StateJson.Options);

    public override string ToString() => $"{_keys.Count} key(s), the current one is {Current}";

    /// <exception cref="FormatException">The text does not hold usable keys; the message never holds the text.</exception>
    public static SecretKeys Parse(string json, string source)
    {
        Stored? stored;
        try
        {
            stored = JsonSerializer.Deserialize<Stored>(json, StateJson.Options);
        }
        catch (JsonException failure)
        {
            throw new FormatException($"The keys in {source} are not the JSON they should be.", failure);
        }

        if (stored is not { Current: not null, Keys: { } keys } || !keys.ContainsKey(stored.Current))
            throw new FormatException($"The keys in {source} do not hold the current one.");
        if (keys.FirstOrDefault(key => key.Value?.Length != KeySize || !IsKeyId(key.Key)).Key is { } wrong)
            throw new FormatException($"The key '{wrong}' in {source} is not {KeySize} bytes in base64 under an id of 1 to 64 characters a-z, 0-9 and '-'.");
        return new(stored.Current, keys);
    }

    private static int NumberOf(string id) => id.StartsWith('k') && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static bool IsKeyId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    // Written beside and moved into place, so that nobody ever reads half a file.
    private static void WriteFile(string path, SecretKeys keys)
    {
        var draft = Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var writer = new StreamWriter(draft, OwnersAlone(FileMode.CreateNew))) writer.Write(keys.ToJson());
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    // A move that must not replace is a look and then a move: keys that another process wrote in between, and has sealed with, would be gone.
    private static FileStream Claim(string path)
    {
        var folder = FolderOf(path);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        for (var since = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream($"{path}.lock", OwnersAlone(FileMode.OpenOrCreate));
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(since) < Patience)
            {
                Thread.Sleep(10);
            }
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static FileStreamOptions OwnersAlone(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private sealed record Stored(string Current, ImmutableSortedDictionary<string, byte[]> Keys);
}
