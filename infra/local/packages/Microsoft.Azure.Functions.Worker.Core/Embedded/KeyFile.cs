using System.Security.Cryptography;
using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The keys as they stand in their file.</summary>
internal sealed class KeyFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public required string MasterKey { get; set; }

    /// <summary>By name; they open every function.</summary>
    public Dictionary<string, string> FunctionKeys { get; set; } = [];

    /// <summary>By function, then by name; they open that function.</summary>
    public Dictionary<string, Dictionary<string, string>> Functions { get; set; } = [];

    /// <summary>By name; they open the addresses of an extension.</summary>
    public Dictionary<string, string> SystemKeys { get; set; } = [];

    public static KeyFile New() => new() { MasterKey = NewKey(), FunctionKeys = { ["default"] = NewKey() } };

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(40)).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    /// <exception cref="JsonException">It holds something else.</exception>
    public static KeyFile Read(string path)
        => JsonSerializer.Deserialize<KeyFile>(File.ReadAllBytes(path), Json) ?? throw new JsonException("It holds nothing.");

    /// <summary>Takes the place of the file in one step, so that nobody reads half of it; only its owner may read it.</summary>
    public void Write(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) JsonSerializer.Serialize(stream, this, Json);
        File.Move(draft, path, overwrite: true);
    }
}
