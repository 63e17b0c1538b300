using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>The merge fields of audiences: what a member is given has a field there, which is made when it is first written.</summary>
internal sealed class MailchimpMergeFields(MailchimpGate gate)
{
    /// <summary>People make and remove merge fields; who has lost one meets it again after so long.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Audience), (ImmutableHashSet<string> Tags, DateTimeOffset At)> _known = new();

    /// <summary>Takes note of the fields that a member shows, which are all that the audience has.</summary>
    public void Note(ConnectionScope connection, string audience, JsonElement member)
    {
        if (member.At("merge_fields") is { ValueKind: JsonValueKind.Object } merges)
            _known[(connection.Tenant, connection.Connection, audience)] = ([.. merges.EnumerateObject().Select(merge => merge.Name)], gate.Time.GetUtcNow());
    }

    /// <summary>Sees to it that the audience has a field for each of these values.</summary>
    public async Task<VendorFailure?> EnsureAsync(ConnectionScope connection, string audience, JsonObject? merges, CancellationToken cancellation)
    {
        if (merges is not { Count: > 0 })
            return null;
        var key = (connection.Tenant, connection.Connection, audience);
        if (!_known.TryGetValue(key, out var known) || gate.Time.GetUtcNow() - known.At > KnownFor)
        {
            if ((await LoadAsync(connection, audience, cancellation)).Failure is { } failure)
                return failure;
        }

        foreach (var (tag, value) in merges)
        {
            if (!_known[key].Tags.Contains(tag) && await MakeAsync(connection, audience, tag, value, cancellation) is { } refused)
                return refused;
        }

        return null;
    }

    /// <summary>Makes a field. Should somebody else make it at the same time, that one is as good.</summary>
    private async Task<VendorFailure?> MakeAsync(ConnectionScope connection, string audience, string tag, JsonNode? value, CancellationToken cancellation)
    {
        if (MailchimpCatalog.Catalog.Setting(connection.Settings, "createMergeFields") != "true")
            return new VendorFailure(FailureKind.Permanent, $"The audience in Mailchimp has no merge field {tag}, and none is made.");
        var call = new VendorCall(HttpMethod.Post, "", $"{audience}/merge-fields")
        {
            Json = new JsonObject { ["tag"] = tag, ["name"] = tag, ["type"] = TypeOf(tag, value) },
            Repeat = Repeat.Once,
        };
        var made = await gate.SendAsync(connection, call, _ => true, cancellation);
        if (made.Failure is null)
        {
            _known.AddOrUpdate(
                (connection.Tenant, connection.Connection, audience),
                _ => ([tag], DateTimeOffset.MinValue),
                (_, known) => (known.Tags.Add(tag), known.At));
            return null;
        }

        if (!(await LoadAsync(connection, audience, cancellation)).TryGet(out var tags, out var failure))
            return failure;
        return tags.Contains(tag) ? null : made.Failure;
    }

    private async Task<VendorResult<ImmutableHashSet<string>>> LoadAsync(ConnectionScope connection, string audience, CancellationToken cancellation)
    {
        var call = new VendorCall(HttpMethod.Get, "", $"{audience}/merge-fields") { Query = [("count", "1000"), ("fields", "merge_fields.tag")] };
        var read = await gate.SendAsync(connection, call, answer => ReadTags(answer.Json), cancellation);
        if (read.Value is { } tags)
            _known[(connection.Tenant, connection.Connection, audience)] = (tags, gate.Time.GetUtcNow());
        return read;
    }

    private static ImmutableHashSet<string> ReadTags(JsonElement json) => json.At("merge_fields") is { ValueKind: JsonValueKind.Array } fields
        ? [.. fields.EnumerateArray().Select(field => field.At("tag").AsText("the tag of a merge field")).OfType<string>(), "EMAIL"]
        : throw new UnexpectedAnswerException("the list of merge fields is no array.");

    private static string TypeOf(string tag, JsonNode? value) => value switch
    {
        JsonObject => "address",
        JsonValue number when number.GetValueKind() == JsonValueKind.Number => "number",
        _ => tag == "PHONE" ? "phone" : "text",
    };
}
