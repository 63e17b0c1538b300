using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Access;

/// <summary>
/// The keys of whoever runs the app: what a setting holds or names in Key Vault, or else the host keys of the
/// embedded host, read again when they have changed.
/// </summary>
public sealed class OperatorKeys(AppSettings settings)
{
    /// <summary>The header in which the Functions host takes its own keys.</summary>
    public const string Header = "x-functions-key";

    public const int MinLength = 20;

    private readonly string _file = settings.HostKeyFile is { } path
        ? Path.GetFullPath(path)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".syncfunctions", "host-keys.json");

    private sealed record Loaded(DateTime Written, IReadOnlyList<string> Keys);

    private Loaded? _loaded;

    public bool Takes(string key) => key.Length >= MinLength && Current().Aggregate(seed: false, (taken, known) => taken | Same(key, known));

    private static bool Same(string key, string known) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(known));

    private IReadOnlyList<string> Current()
    {
        if (settings.OperatorKey is { } set) return [set];
        var written = File.GetLastWriteTimeUtc(_file);
        if (_loaded is { } known && known.Written == written) return known.Keys;
        if (!File.Exists(_file)) return [];
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(_file));
            var root = document.RootElement;
            _loaded = new Loaded(written, [root.GetProperty("masterKey").GetString()!, .. root.GetProperty("functionKeys").EnumerateObject().Select(key => key.Value.GetString()!)]);
        }
        catch (JsonException) when (_loaded is not null)
        {
            // Somebody is writing it: those that were good are until it can be read.
        }

        return _loaded?.Keys ?? [];
    }
}
