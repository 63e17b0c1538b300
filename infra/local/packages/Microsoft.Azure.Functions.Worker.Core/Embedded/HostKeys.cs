using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What a presented key opens.</summary>
internal enum KeyKind
{
    None,
    Function,

    /// <summary>The system key that was asked for.</summary>
    System,

    /// <summary>A key of this host, but of another extension.</summary>
    OtherSystem,
    Master,
}

/// <summary>
/// The keys of the host, in a file outside the repository that only its owner may read. The file is made with random keys when it is
/// missing and read again when it changed, so that keys can be replaced while the host runs.
/// </summary>
internal sealed partial class HostKeys(IConfiguration configuration, ILoggerFactory loggers)
{
    /// <summary>The setting that names the file.</summary>
    public const string FileSetting = "EmbeddedHost:KeyFile";

    /// <summary>Where a query holds the key.</summary>
    public const string QueryName = "code";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private readonly ILogger _log = loggers.CreateLogger("Host.Keys");
    private readonly Lock _gate = new();
    private (DateTime Written, KeyFile Keys)? _loaded;

    public string FilePath { get; } = configuration[FileSetting] is { Length: > 0 } path
        ? Path.GetFullPath(path)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".syncfunctions", "host-keys.json");

    /// <summary>As they are now; not to be changed.</summary>
    public KeyFile Current
    {
        get
        {
            lock (_gate)
            {
                if (!File.Exists(FilePath)) return Replace(static _ => { });
                var written = File.GetLastWriteTimeUtc(FilePath);
                return _loaded is { } current && current.Written == written ? current.Keys : Load(written);
            }
        }
    }

    public string MasterKey => Current.MasterKey;

    /// <summary>The host key that opens every function of level Function.</summary>
    public string DefaultFunctionKey => Current.FunctionKeys["default"];

    /// <summary>The key of an extension's own addresses, made on first use.</summary>
    public string SystemKey(string name)
    {
        if (Current.SystemKeys.TryGetValue(name, out var key)) return key;
        return Change(file => file.SystemKeys.TryAdd(name, KeyFile.NewKey())).SystemKeys[name];
    }

    /// <summary>Changes the file; other processes that do the same wait.</summary>
    public KeyFile Change(Action<KeyFile> change)
    {
        lock (_gate) return Replace(change);
    }

    /// <summary>The key of a request: the header decides, even an empty one; without it the query's <c>code</c>.</summary>
    public static string KeyOf(HttpRequest request)
        => request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query[QueryName].ToString();

    /// <param name="function">The function whose own keys count too.</param>
    /// <param name="system">The system key that is enough.</param>
    public KeyKind Identify(string presented, string? function = null, string? system = null)
    {
        if (system is not null && Same(presented, SystemKey(system))) return KeyKind.System;
        var keys = Current;
        if (Same(presented, keys.MasterKey)) return KeyKind.Master;
        if (keys.FunctionKeys.Values.Any(key => Same(presented, key))) return KeyKind.Function;
        if (function is not null && keys.Functions.TryGetValue(function, out var own) && own.Values.Any(key => Same(presented, key)))
            return KeyKind.Function;
        return keys.SystemKeys.Values.Any(key => Same(presented, key)) ? KeyKind.OtherSystem : KeyKind.None;
    }

    private static bool Same(string presented, string key)
        => key.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(presented), Encoding.UTF8.GetBytes(key));

    private KeyFile Load(DateTime written)
    {
        try
        {
            var keys = KeyFile.Read(FilePath);
            _loaded = (written, keys);
            return keys;
        }
        catch (JsonException exception) when (_loaded is { } kept)
        {
            // Somebody is editing it, and nobody should be locked out by a comma.
            Log.NotReadable(_log, FilePath, exception.Message);
            _loaded = (written, kept.Keys);
            return kept.Keys;
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"The key file {FilePath} cannot be read: {exception.Message}", exception);
        }
    }

    private KeyFile Replace(Action<KeyFile> change)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        using var turn = TakeTurn();
        // Another process may have made or changed it.
        var keys = File.Exists(FilePath) ? KeyFile.Read(FilePath) : KeyFile.New();
        change(keys);
        keys.Write(FilePath);
        _loaded = (File.GetLastWriteTimeUtc(FilePath), keys);
        return keys;
    }

    private FileStream TakeTurn()
    {
        var limit = DateTime.UtcNow + LockPatience;
        while (true)
        {
            try
            {
                return new FileStream($"{FilePath}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < limit)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The key file {Path} cannot be read, so the keys stay as they were: {Reason}")]
        public static partial void NotReadable(ILogger logger, string path, string reason);
    }
}
