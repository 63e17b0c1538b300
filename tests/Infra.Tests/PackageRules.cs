using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace SyncFunctions.Infra.Tests;

/// <summary>What the zip that is deployed has to hold, and what it must not. Its assemblies are read, never loaded.</summary>
internal sealed class PackageRules(ZipArchive package)
{
    /// <summary>What starts the app: the list of functions, the worker's description and the host's settings.</summary>
    public IEnumerable<string> Host(string hostSettings, IEnumerable<string> functions)
    {
        if (Read("host.json") is not { } settings) yield return "There is no host.json at the root";
        else if (!JsonElement.DeepEquals(JsonElement.Parse(settings), JsonElement.Parse(hostSettings))) yield return "host.json is not the repository's";

        if (Read("functions.metadata") is not { } metadata) yield return "There is no functions.metadata at the root";
        else
        {
            var named = JsonElement.Parse(metadata).EnumerateArray().Select(function => function.GetProperty("name").GetString()!).ToArray();
            foreach (var missing in functions.Except(named)) yield return $"functions.metadata lacks {missing}";
            foreach (var unknown in named.Except(functions)) yield return $"functions.metadata holds {unknown}, which the app does not have";
        }

        if (Read("worker.config.json") is not { } worker) yield return "There is no worker.config.json at the root";
        else if (JsonElement.Parse(worker).GetProperty("description").GetProperty("defaultWorkerPath").GetString() is var start && start != PackageAssembly.App) yield return $"worker.config.json starts {start}";
    }

    /// <summary>The host's own extensions: zips made without hidden folders lack them.</summary>
    public IEnumerable<string> Extensions()
    {
        if (Read("extensions.json") is not { } extensions) return ["There is no extensions.json at the root"];
        return from extension in JsonElement.Parse(extensions).GetProperty("extensions").EnumerateArray()
               let file = extension.GetProperty("hintPath").GetString()!.Replace("./", "", StringComparison.Ordinal)
               where package.GetEntry(file) is null
               select $"There is no {file}, which extensions.json names";
    }

    /// <summary>The app built for Azure, and beside packages nothing but what lies in functions/.</summary>
    public IEnumerable<string> Assemblies()
    {
        if (package.GetEntry(PackageAssembly.App) is null) yield return $"There is no {PackageAssembly.App} at the root";
        foreach (var entry in package.Entries.Where(entry => entry.FullName.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)))
        {
            var told = PackageAssembly.Metadata(Bytes(entry));
            if (told.GetValueOrDefault("Project") is { } project && !project.StartsWith("functions/", StringComparison.Ordinal)) yield return $"{entry.FullName} is made of {project}, which is not deployed";
            if (told.GetValueOrDefault("Hosting") is { } hosting and not "Azure") yield return $"{entry.FullName} is built for the host {hosting}";
        }
    }

    /// <summary>Settings of a developer's machine.</summary>
    public IEnumerable<string> LocalSettings() =>
        from entry in package.Entries
        where entry.Name.StartsWith("local.settings", StringComparison.OrdinalIgnoreCase)
        select $"{entry.FullName} is of one machine only";

    private string? Read(string name) => package.GetEntry(name) is { } entry ? System.Text.Encoding.UTF8.GetString(Bytes(entry)).TrimStart('\uFEFF') : null;

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}

internal static class PackageAssembly
{
    public const string App = "SyncFunctions.App.dll";

    /// <summary>What the assembly says in <see cref="AssemblyMetadataAttribute"/>s; nothing for files that are no managed assembly.</summary>
    public static ImmutableDictionary<string, string?> Metadata(byte[] file)
    {
        using var image = new PEReader(new MemoryStream(file));
        if (!image.HasMetadata) return ImmutableDictionary<string, string?>.Empty;
        var reader = image.GetMetadataReader();
        return reader.GetAssemblyDefinition().GetCustomAttributes()
            .Select(reader.GetCustomAttribute)
            .Where(attribute => NameOf(reader, attribute) == nameof(AssemblyMetadataAttribute))
            .Select(attribute => Arguments(reader.GetBlobReader(attribute.Value)))
            .GroupBy(pair => pair.Key)
            .ToImmutableDictionary(pairs => pairs.Key, pairs => pairs.First().Value);
    }

    private static string? NameOf(MetadataReader reader, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MemberReference
        && reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } type
            ? reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name)
            : null;

    // Two bytes of prolog, then the two strings (ECMA-335 II.23.3).
    private static KeyValuePair<string, string?> Arguments(BlobReader value)
    {
        value.ReadUInt16();
        return KeyValuePair.Create(value.ReadSerializedString()!, value.ReadSerializedString());
    }
}
