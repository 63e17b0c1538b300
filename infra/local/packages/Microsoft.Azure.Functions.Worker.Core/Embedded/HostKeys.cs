using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What a presented key opens.</summary>
internal enum KeyKind
{
    None,
    Function,
    System,
    Master,
}

/// <summary>
/// The keys of the host, in a file outside the repository that only its owner may read. The file is made with random keys when it is
/// missing and read again when it changed, so that keys can be replaced while the host runs.
/// </summary>
internal sealed class HostKeys(IConfiguration configuration)
{
    /// <summary>The setting that names the file.</summary>
    public const string FileSetting = "EmbeddedHost:KeyFile";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly Lock _gate = new();
    private (DateTime Written, KeyFile Keys)? _loaded;

    public string FilePath { get; } = configuration[FileSetting] is { Length: > 0 } path
        ? Path.GetFullPath(path)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".syncfunctions", "host-keys.json");

    public string MasterKey => Load().MasterKey;

    /// <summary>The host key that opens every function of level Function.</summary>
    public string DefaultFunctionKey => Load().FunctionKeys["default"];

    /// <summary>The key of an extension's own addresses, made on first use.</summary>
    public string SystemKey(string name)
    {
        lock (_gate)
        {
            var keys = Load();
            if (keys.SystemKeys.TryGetValue(name, out var key)) return key;
            keys.SystemKeys[name] = key = NewKey();
            Write(keys);
            return key;
        }
    }

    /// <summary>The key of a request: the header decides, even an empty one; without it the query's <c>code</c>.</summary>
    public static string KeyOf(HttpRequest request)
        => request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].ToString();

    /// <param name="function">The function whose own keys count too.</param>
    /// <param name="system">The system key that counts too.</param>
    public KeyKind Identify(string presented, string? function = null, string? system = null)
    {
        var keys = Load();
        if (Same(presented, keys.MasterKey)) return KeyKind.Master;
        if (keys.FunctionKeys.Values.Any(key => Same(presented, key))) return KeyKind.Function;
        if (function is not null && keys.Functions.TryGetValue(function, out var own) && own.Values.Any(key => Same(presented, key)))
            return KeyKind.Function;
        return system is not null && Same(presented, SystemKey(system)) ? KeyKind.System : KeyKind.None;
    }

    private static bool Same(string presented, string key)
        => key.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(presented), Encoding.UTF8.GetBytes(key));

    private KeyFile Load()
    {
        lock (_gate)
        {
            if (!File.Exists(FilePath)) Create();
            var written = File.GetLastWriteTimeUtc(FilePath);
            if (_loaded is { } current && current.Written == written) return current.Keys;
            var keys = JsonSerializer.Deserialize<KeyFile>(File.ReadAllBytes(FilePath), Json)
                ?? throw new InvalidOperationException($"The key file {FilePath} is empty.");
            _loaded = (written, keys);
            return keys;
        }
    }

    private void Create() => Write(new KeyFile { MasterKey = NewKey(), FunctionKeys = { ["default"] = NewKey() } }, overwrite: false);

    private void Write(KeyFile keys, bool overwrite = true)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var draft = $"{FilePath}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) JsonSerializer.Serialize(stream, keys, Json);
        try
        {
            File.Move(draft, FilePath, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(FilePath))
        {
            // Another process made the file first: its keys count.
            File.Delete(draft);
        }
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(40)).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    private sealed class KeyFile
    {
        public required string MasterKey { get; set; }

        /// <summary>By name; they open every function.</summary>
        public Dictionary<string, string> FunctionKeys { get; set; } = [];

        /// <summary>By function, then by name; they open that function.</summary>
        public Dictionary<string, Dictionary<string, string>> Functions { get; set; } = new(StringComparer.OrdinalIgnoreCase);

        public Dictionary<string, string> SystemKeys { get; set; } = [];
    }
}
