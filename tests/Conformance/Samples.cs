using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SyncFunctions.Connectors;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>A record that the kit has made, and those that it made for it to refer to.</summary>
internal sealed record Made(PartnerKind Kind, string Id, JsonElement Json, IReadOnlyList<Made> References)
{
    public string Path => $"v1/{Kind.Name}/{Id}";

    public string Version => Json.GetProperty("version").GetString()!;

    public string ETag => $"\"{Version}\"";

    public string Modified => Json.GetProperty("modifiedAt").GetString()!;

    /// <summary>The record of this kind that it lives in, at whatever depth.</summary>
    public Made? Inside(string kind) => References.FirstOrDefault(made => made.Kind.Name == kind) ?? References.Select(made => made.Inside(kind)).FirstOrDefault(made => made is not null);
}

/// <summary>Makes records that fit the manifest, and takes them away again.</summary>
internal sealed partial class Samples(Server server, PartnerManifest manifest, Report report)
{
    private readonly List<Made> _made = [];
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private int _count;

    /// <summary>A text that no other record has.</summary>
    public string NewText(PartnerField field)
    {
        var text = $"Conformance {_run} {Interlocked.Increment(ref _count)}";
        return field.MaxLength is { } max && text.Length > max ? text[^max..] : text;
    }

    /// <summary>A body for a new record of a kind, with new records where it has to refer to some.</summary>
    public async Task<(JsonObject Body, List<Made> References)> BodyAsync(PartnerKind kind)
    {
        var (body, references) = (new JsonObject(), new List<Made>());
        foreach (var field in kind.Fields.Where(field => !field.ReadOnly))
        {
            if (field.Reference is not { } target)
            {
                body[field.Name] = Value(field);
            }
            else if (field.Required)
            {
                references.Add(await MakeAsync(manifest.Kind(target)));
                body[field.Name] = references[^1].Id;
            }
        }

        return (body, references);
    }

    public async Task<Made> MakeAsync(PartnerKind kind)
    {
        var (body, references) = await BodyAsync(kind);
        return Keep(kind, (await server.PostAsync($"v1/{kind.Name}", body)).Expect(201), references);
    }

    /// <summary>Remembers a record that was made, so that it is deleted in the end, and looks at its shape.</summary>
    public Made Keep(PartnerKind kind, Exchange answer, IReadOnlyList<Made> references)
    {
        Look(kind, answer);
        var made = new Made(kind, answer.Json.GetProperty("id").GetString()!, answer.Json, references);
        _made.Add(made);
        return made;
    }

    /// <summary>The record as an answer has it now.</summary>
    public Made Again(Made made, Exchange answer)
    {
        Look(made.Kind, answer);
        return made with { Json = answer.Json };
    }

    public async Task ClearAsync()
    {
        foreach (var made in Enumerable.Reverse(_made).DistinctBy(made => (made.Kind.Name, made.Id)))
        {
            if ((await server.DeleteAsync(made.Path)).Status is not (204 or 404 or 410) and var status)
                report.Left($"{made.Path} ({status})");
        }
    }

    /// <summary>Whether a record of an answer, or of a list, is as the manifest and the contract say.</summary>
    public void LookAtRecord(PartnerKind kind, JsonElement json) => server.Every("R1", WrongWith(kind, json));

    private void Look(PartnerKind kind, Exchange answer)
    {
        LookAtRecord(kind, answer.Json);
        var tag = answer.Header("ETag");
        server.Every("R2", tag is null ? "The answer has no ETag." : tag != $"\"{answer.Json.GetProperty("version").GetString()}\"" ? "The ETag is not the version in double quotes." : null);
    }

    private JsonNode Value(PartnerField field) => field.Type switch
    {
        SystemFieldType.Text => field.Values is [var first, ..] ? first : NewText(field),
        SystemFieldType.Number => 1.5m,
        SystemFieldType.Flag => true,
        SystemFieldType.Day => "2026-01-31",
        SystemFieldType.Time => "2026-01-31T08:00:00Z",
        _ => new JsonArray("a", "b"),
    };

    private static string? WrongWith(PartnerKind kind, JsonElement json)
    {
        if (!Id().IsMatch(Text(json, "id")))
            return "The record has no id of letters, digits, '-' and '_'.";
        if (new[] { "createdAt", "modifiedAt" }.FirstOrDefault(name => !Moment().IsMatch(Text(json, name))) is { } time)
            return $"{time} is no time in UTC.";
        if (!Version().IsMatch(Text(json, "version")))
            return "The record has no version.";
        var wrong = kind.Fields.FirstOrDefault(field => !json.TryGetProperty(field.Name, out var value) || !Fits(field, value));
        return wrong is null ? null : $"The field {wrong.Name} is missing or no {wrong.Type.ToString().ToLowerInvariant()}.";
    }

    private static bool Fits(PartnerField field, JsonElement value) => value.ValueKind == JsonValueKind.Null || field.Type switch
    {
        SystemFieldType.Text => value.ValueKind == JsonValueKind.String,
        SystemFieldType.Number => value.ValueKind == JsonValueKind.Number,
        SystemFieldType.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        SystemFieldType.Day => value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        SystemFieldType.Time => value.ValueKind == JsonValueKind.String && Moment().IsMatch(value.GetString()!),
        SystemFieldType.Set => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
        _ => value.ValueKind == JsonValueKind.String && Id().IsMatch(value.GetString()!),
    };

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex("^[A-Za-z0-9_-]{1,128}$", RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex("^[!#-~]{1,128}$", RegexOptions.None, 1000)]
    private static partial Regex Version();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,7})?(Z|[+]00:00)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Moment();
}
