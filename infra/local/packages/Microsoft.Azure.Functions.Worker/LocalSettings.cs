using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>local.settings.json, which stands in for the settings of a deployed app.</summary>
internal sealed record LocalSettings(IReadOnlyDictionary<string, string?> Values, int? Port)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Where the host listens unless it is told otherwise.</summary>
    public string Address => $"http://localhost:{Port ?? 7071}";

    /// <exception cref="InvalidOperationException">It is encrypted; the message is one sentence.</exception>
    public static LocalSettings Load(string directory)
    {
        var path = Path.Combine(directory, "local.settings.json");
        if (!File.Exists(path)) return new LocalSettings(new Dictionary<string, string?>(), Port: null);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
        if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
            throw new InvalidOperationException($"{path} is encrypted, which cannot be read here: decrypt it with 'func settings decrypt'.");
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        // The core tools turn Values into environment variables, where a double underscore separates sections.
        foreach (var value in Members(document.RootElement, "Values")) values[value.Name.Replace("__", ":")] = value.Value.ToString();
        foreach (var value in Members(document.RootElement, "ConnectionStrings")) values[$"ConnectionStrings:{value.Name}"] = value.Value.ToString();
        var port = Members(document.RootElement, "Host").FirstOrDefault(member => member.NameEquals("LocalHttpPort"));
        return new LocalSettings(values, port.Value.ValueKind == JsonValueKind.Number ? port.Value.GetInt32() : null);
    }

    private static IEnumerable<JsonProperty> Members(JsonElement root, string name)
        => root.TryGetProperty(name, out var section) && section.ValueKind == JsonValueKind.Object ? section.EnumerateObject() : [];
}
