using System.Reflection;

namespace SyncFunctions.Infra.Tests;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The Bicep files by their path below infra/.</summary>
    public static Dictionary<string, string> Templates() =>
        Directory.EnumerateFiles(PathOf("infra"), "*.bicep*", SearchOption.TopDirectoryOnly)
            .Concat(Directory.EnumerateFiles(PathOf("infra/modules"), "*.bicep"))
            .ToDictionary(file => Path.GetRelativePath(PathOf("infra"), file).Replace('\\', '/'), File.ReadAllText);

    /// <summary>The code that is deployed.</summary>
    public static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(PathOf("functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Select(File.ReadAllText);

    private static string Find()
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (!File.Exists(Path.Combine(folder.FullName, "SyncFunctions.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
