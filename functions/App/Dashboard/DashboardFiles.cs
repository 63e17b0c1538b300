using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Dashboard;

/// <summary>
/// The files of the dashboard: those built into the app, or, for whoever works on them, those of a folder as they are at the moment.
/// The page that begins names all others below a hash over all of them, so that browsers keep them until the app is another one.
/// </summary>
public sealed class DashboardFiles(AppSettings settings)
{
    private const string Start = "index.html";
    private const string Prefix = "www/";
    private const string VersionMark = "v-";

    private readonly Lazy<ImmutableDictionary<string, DashboardFile>> _built = new(() => Versioned(BuiltIn()));

    /// <param name="path">Below the dashboard's address; nothing for the page that begins.</param>
    public DashboardFile? Find(string path)
    {
        var files = settings.DashboardFolder is { } folder ? InFolder(folder) : _built.Value;
        return files.GetValueOrDefault(path.Length == 0 ? Start : path);
    }

    private static ImmutableDictionary<string, DashboardFile> Versioned(ImmutableSortedDictionary<string, byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in contents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{content.Length}\n"));
            hash.AppendData(content);
        }

        var version = VersionMark + Convert.ToHexStringLower(hash.GetHashAndReset())[..16] + "/";
        var start = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(contents[Start]).Replace("\"/api/app/", $"\"/api/app/{version}"));
        var files = contents.SetItem(Start, start).ToImmutableDictionary(file => file.Key, file => Read(file.Key, file.Value));
        return files.AddRange(files.Where(file => file.Key != Start).Select(file => KeyValuePair.Create(version + file.Key, file.Value.Lasting())));
    }

    private static ImmutableDictionary<string, DashboardFile> InFolder(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToImmutableDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), file => Read(file, File.ReadAllBytes(file)));

    private static ImmutableSortedDictionary<string, byte[]> BuiltIn()
    {
        var assembly = typeof(DashboardFiles).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(name => name[Prefix.Length..].Replace('\\', '/'), Content, StringComparer.Ordinal);

        byte[] Content(string name)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    private static DashboardFile Read(string name, byte[] content) => new(TypeOf(Path.GetExtension(name)), content, lasting: false);

    private static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
