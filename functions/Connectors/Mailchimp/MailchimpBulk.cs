using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Mailchimp.MailchimpCatalog;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>
/// Hundreds of members by one call. It knows members by their address alone, and it would write a status over whatever is there: so it
/// makes nobody who is there, archived or not, and updates nobody's status. What it cannot say is left to calls for one member each.
/// </summary>
internal sealed class MailchimpBulk(MailchimpGate gate, MailchimpMergeFields mergeFields)
{
    /// <summary>Mailchimp takes no more.</summary>
    public const int MostAtOnce = 500;

    private const int ArchivePage = 1000;

    /// <summary>Rows of a page that the next shows again, since members that come back meanwhile pull the rest up.</summary>
    private const int ArchiveOverlap = 100;

    /// <summary>An import has seen everybody shortly before; this guards against who was archived in that time.</summary>
    private static readonly TimeSpan ArchiveKnownFor = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Audience), (HashSet<string> Hashes, DateTimeOffset At)> _archives = new();

    public async Task<ImmutableArray<VendorResult<Record>>> CreateAsync(ConnectionScope connection, string audience, IReadOnlyList<FieldSet> records, CancellationToken cancellation)
    {
        if (!(await ArchivedAsync(connection, audience, cancellation)).TryGet(out var archived, out var failure))
            return All(records.Count, failure);
        var results = new VendorResult<Record>[records.Count];
        var sent = new Dictionary<string, Sent>();
        for (var i = 0; i < records.Count; i++)
        {
            var fields = records[i];
            if (!MailchimpRecords.Write(fields, default).TryGet(out var body, out var wrong))
            {
                results[i] = wrong;
                continue;
            }

            if (fields.Find(Email) is not { IsBlank: false } address)
            {
                results[i] = new VendorFailure(FailureKind.Permanent, $"A member of Mailchimp has an address: {Email} is blank.");
                continue;
            }

            body["status"] = MailchimpConsent.OfNew((fields.Find(Status) as FieldValue.Text)?.Value, Setting(connection, "newMemberStatus"));
            if (fields.Find(Tags) is { IsBlank: false } tags)
                body["tags"] = new JsonArray([.. tags.AsSet().Items.Select(tag => JsonValue.Create(tag))]);
            var hash = MailchimpRecords.HashOf(address.ToString()!);
            if (archived.Contains(hash) || !sent.TryAdd(hash, new Sent(i, body)))
                results[i] = Exists();
        }

        await SendAsync(connection, audience, sent, isUpdate: false, results, cancellation);
        return [.. results];
    }

    /// <summary>Whether this call can say all of an update.</summary>
    public static bool CanSay(BulkUpdate update) =>
        update.Before is { } before && before.Fields.Find(Email) is { IsBlank: false } email && before.Fields.Find(Archived) is FieldValue.Flag { Value: false }
        && !update.Fields.ContainsKey(Archived)
        && (update.Fields.Find(Email) is not { } address || address == email)
        && (update.Fields.Find(Status) is not { } status || status == before.Fields.Find(Status));

    /// <param name="updates">Those that <see cref="CanSay"/>.</param>
    public async Task<ImmutableArray<VendorResult<Record>>> UpdateAsync(ConnectionScope connection, string audience, IReadOnlyList<BulkUpdate> updates, CancellationToken cancellation)
    {
        var results = new VendorResult<Record>[updates.Count];
        var sent = new Dictionary<string, Sent>();
        for (var i = 0; i < updates.Count; i++)
        {
            var (fields, before) = (updates[i].Fields, updates[i].Before!);
            if (!MailchimpRecords.Write(fields, MailchimpRecords.AddressesOf(before.Fields)).TryGet(out var body, out var wrong))
            {
                results[i] = wrong;
                continue;
            }

            var email = before.Fields[Email].ToString()!;
            body[Email] = email;
            if (fields.Find(Tags) is { } tags && tags.AsSet().Without(before.Fields.Find(Tags)?.AsSet() ?? new FieldValue.Set()) is { IsBlank: false } added)
                body["tags"] = new JsonArray([.. added.Items.Select(tag => JsonValue.Create(tag))]);
            if (!sent.TryAdd(MailchimpRecords.HashOf(email), new Sent(i, body)))
                results[i] = Exists();
        }

        await SendAsync(connection, audience, sent, isUpdate: true, results, cancellation);
        for (var i = 0; i < updates.Count; i++)
        {
            if (results[i].Failure is null && results[i].Value!.Id != updates[i].Id)
                results[i] = new VendorFailure(FailureKind.Conflict, "The member in Mailchimp has another address by now.");
        }

        return [.. results];
    }

    /// <summary>Takes note of who is archived, where a list has just shown them all.</summary>
    public void NoteArchived(ConnectionScope connection, string audience, IEnumerable<Record> archived) =>
        _archives[(connection.Tenant, connection.Connection, audience)] =
            (archived.Select(member => member.Fields.Find(Email)).OfType<FieldValue.Text>().Select(email => MailchimpRecords.HashOf(email.Value)).ToHashSet(StringComparer.Ordinal), gate.Time.GetUtcNow());

    private async Task SendAsync(ConnectionScope connection, string audience, Dictionary<string, Sent> sent, bool isUpdate, VendorResult<Record>[] results, CancellationToken cancellation)
    {
        if (sent.Count == 0)
            return;
        var merges = new JsonObject();
        foreach (var (tag, value) in sent.Values.SelectMany(one => one.Body["merge_fields"] as JsonObject ?? []))
        {
            if (merges[tag] is null or JsonValue)
                merges[tag] = value?.DeepClone();
        }

        var failure = await mergeFields.EnsureAsync(connection, audience, merges, cancellation);
        if (failure is null)
        {
            var call = new VendorCall(HttpMethod.Post, "", audience)
            {
                Query = [("skip_merge_validation", Setting(connection, "skipMergeValidation"))],
                Json = new JsonObject { ["members"] = new JsonArray([.. sent.Values.Select(one => one.Body)]), ["update_existing"] = isUpdate },
                // Made again, those that the lost answer speaks of would be somebody else's.
                Repeat = isUpdate ? Repeat.Safe : Repeat.Once,
                About = (Members, null),
            };
            var answered = await gate.SendAsync(connection, call, answer => Read(connection, answer.Json), cancellation);
            if (answered.TryGet(out var answers, out failure))
            {
                foreach (var (hash, one) in sent)
                    results[one.Number] = answers.TryGetValue(hash, out var answer) ? answer : new VendorFailure(FailureKind.Transient, "Mailchimp's answer does not speak of this member.", Ambiguous: true);
                return;
            }
        }

        foreach (var one in sent.Values)
            results[one.Number] = failure;
    }

    private Dictionary<string, VendorResult<Record>> Read(ConnectionScope connection, JsonElement json)
    {
        var answers = new Dictionary<string, VendorResult<Record>>();
        foreach (var list in new[] { "new_members", "updated_members" })
        {
            foreach (var member in Items(json, list))
                answers[MailchimpRecords.HashOf(member.At(Email).AsText("the address of a member") ?? "")] = MailchimpRecords.Read(member, Setting(connection, "idField"));
        }

        foreach (var error in Items(json, "errors"))
        {
            answers[MailchimpRecords.HashOf(error.At(Email).AsText("the address of a member") ?? "")] = error.At("error_code").AsText("the code of an error") == "ERROR_CONTACT_EXISTS"
                ? Exists()
                : new VendorFailure(FailureKind.Permanent, $"Mailchimp does not accept this{MailchimpFailures.Safe(error.At("error").AsText("an error"))}.");
        }

        return answers;
    }

    /// <summary>Who is archived, as hashes of addresses: to a call for many, they may be new.</summary>
    private async Task<VendorResult<HashSet<string>>> ArchivedAsync(ConnectionScope connection, string audience, CancellationToken cancellation)
    {
        var key = (connection.Tenant, connection.Connection, audience);
        var now = gate.Time.GetUtcNow();
        if (_archives.TryGetValue(key, out var known) && now - known.At <= ArchiveKnownFor)
            return known.Hashes;
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        for (var offset = 0; ; offset += ArchivePage - ArchiveOverlap)
        {
            var call = new VendorCall(HttpMethod.Get, "", $"{audience}/members")
            {
                Query = [("status", MailchimpConsent.Archived), ("count", $"{ArchivePage}"), ("offset", $"{offset}"), ("fields", "members.id,total_items")],
                About = (Members, null),
            };
            var page = await gate.SendAsync(connection, call, answer => Items(answer.Json, "members").Select(member => member.At("id").AsText("the hash of a member") ?? "").ToArray(), cancellation);
            if (!page.TryGet(out var ids, out var failure))
                return failure;
            hashes.UnionWith(ids);
            if (ids.Length < ArchivePage)
                break;
        }

        _archives[key] = (hashes, now);
        return hashes;
    }

    private static IEnumerable<JsonElement> Items(JsonElement json, string name) => json.At(name) is { ValueKind: JsonValueKind.Array } items
        ? items.EnumerateArray()
        : throw new UnexpectedAnswerException($"its {name} are no array.");

    /// <summary>The app looks again then, and finds that member.</summary>
    private static VendorFailure Exists() => new(FailureKind.Conflict, "The audience in Mailchimp has a member with this address already.");

    private static ImmutableArray<VendorResult<Record>> All(int count, VendorFailure failure) => [.. Enumerable.Repeat<VendorResult<Record>>(failure, count)];

    private static string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    /// <param name="Number">Of the answer.</param>
    private readonly record struct Sent(int Number, JsonObject Body);
}
