using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Mailchimp.MailchimpCatalog;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>Mailchimp: the members of one audience, found by the hash of their address and known by an id that stays when it changes.</summary>
internal sealed class MailchimpConnector : IConnector, IBulkWriter, IWebhookRegistrar
{
    // So often the walk begins again at the same time before the list is called restless.
    private const int MaxRestarts = 5;

    /// <summary>The right that is missing where a person may only look.</summary>
    private const string ManagerRight = "manager";

    /// <summary>What makes a member large and nobody here reads.</summary>
    private const string Excluded =
        "_links,members._links,members.stats,members.interests,members.location,members.marketing_permissions,members.ip_signup,members.ip_opt,members.email_client,members.last_note";

    private readonly MailchimpGate _gate;
    private readonly MailchimpMergeFields _mergeFields;
    private readonly MailchimpBulk _bulk;
    private readonly MailchimpIndexes _indexes;

    public MailchimpConnector(VendorPipeline pipeline)
    {
        _gate = new MailchimpGate(pipeline);
        _mergeFields = new MailchimpMergeFields(_gate);
        _bulk = new MailchimpBulk(_gate, _mergeFields);
        _indexes = new MailchimpIndexes(pipeline.Time);
    }

    public SystemCatalog Catalog => MailchimpCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var root = await _gate.SendAsync(connection, new VendorCall(HttpMethod.Get, "", ""), answer => ReadAccount(answer.Json), cancellation);
        if (!root.TryGet(out var account, out var failure))
            return failure;
        if (account.MissingRight is not null || Setting(connection, "audience").Length == 0)
            return account;
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out failure))
            return failure;
        var seen = await _gate.SendAsync(connection, new VendorCall(HttpMethod.Get, "", audience) { Query = [("fields", "id")], IsRecord = true }, _ => true, cancellation);
        return seen.Failure switch
        {
            null => account,
            { Kind: FailureKind.NotFound } missing => missing with { Kind = FailureKind.Misconfigured, Message = "The account has no audience in Mailchimp with the id that is in the settings." },
            var other => other,
        };
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (kind != Members)
            return NoKind(kind);
        if (request.Where is { } where)
            return await FindAsync(connection, where, cancellation);
        var walk = new MailchimpWalk(request.ChangedSince);
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of Mailchimp.");
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return failure;

        var size = int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var set) ? Math.Clamp(set, 2, 1000) : 1000;
        var call = new VendorCall(HttpMethod.Get, "", $"{audience}/members") { Query = Query(walk, size), About = (kind, null) };
        var got = await _gate.SendAsync(
            connection, call, answer => (Rows: ReadList(connection, audience, answer.Json), answer.VendorTime, Total: answer.Json.At("total_items").AsCount("the number of members")), cancellation);
        if (!got.TryGet(out var list, out failure))
            return failure;
        if (!walk.TryTake(list.Rows, list.Total ?? int.MaxValue, size, out var rows, out var next))
            return Restart(walk, list.VendorTime);
        if (next is null && !walk.Archived && Setting(connection, "listsShowArchived") != "true")
            next = new MailchimpWalk(request.ChangedSince) { Archived = true };
        if (walk == new MailchimpWalk(null) { Archived = true } && next is null)
            _bulk.NoteArchived(connection, audience, rows);
        return new VendorPage(rows, next is null ? null : PageToken.Write(next), list.VendorTime, request.ChangedSince is null && walk == new MailchimpWalk(null) ? list.Total : null);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (kind != Members)
            return NoKind(kind);
        return (await PresentAsync(connection, id, cancellation)).TryGet(out var present, out var failure) ? Read(connection, present) : failure;
    }

    /// <summary>Whoever is there already is left alone, archived or not: the app looks again, and finds that member.</summary>
    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (kind != Members)
            return NoKind(kind);
        if (fields.Find(Email) is not { IsBlank: false } address)
            return new VendorFailure(FailureKind.Permanent, $"A member of Mailchimp has an address: {Email} is blank.");
        if (!MailchimpRecords.Write(fields, default).TryGet(out var body, out var failure) || !(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out failure))
            return failure;
        var hash = MailchimpRecords.HashOf(address.ToString()!);
        var there = await PresentAsync(connection, hash, cancellation);
        if (there.Failure is not { Kind: FailureKind.NotFound })
            return there.Failure ?? new VendorFailure(FailureKind.Conflict, "The audience in Mailchimp has a member with this address already.");
        if (await _mergeFields.EnsureAsync(connection, audience, body["merge_fields"] as JsonObject, cancellation) is { } unmade)
            return unmade;

        // Refused where somebody has come meanwhile, by a form or for another record with this address: a PUT would write over that member.
        var asked = (fields.Find(Status) as FieldValue.Text)?.Value;
        body["status"] = MailchimpConsent.OfNew(asked, Setting(connection, "newMemberStatus"));
        var call = new VendorCall(HttpMethod.Post, "", $"{audience}/members")
        {
            Query = [("skip_merge_validation", Setting(connection, "skipMergeValidation"))],
            Json = body,
            Repeat = Repeat.Once,
            About = (kind, null),
        };
        if (!(await _gate.SendAsync(connection, call, answer => answer.Json, cancellation)).TryGet(out var made, out failure))
            return failure;
        var archives = IsToBeArchived(fields);
        if (fields.Find(Tags) is not { IsBlank: false } && !archives)
            return Read(connection, made);
        return (await CompleteAsync(connection, audience, made, [], fields, archives, cancellation)).AfterWrite();
    }

    /// <summary>
    /// A status that would give a consent back is not written (<see cref="MailchimpConsent"/>): it is left out of a write that has something
    /// else to say, and a failure where it was all.
    /// </summary>
    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (kind != Members)
            return NoKind(kind);
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return failure;
        JsonElement present = default;
        if ((NeedsPresent(fields) || fields.IsEmpty) && !(await PresentAsync(connection, id, cancellation)).TryGet(out present, out failure))
            return failure;
        if (!MailchimpRecords.Write(fields, present.At("merge_fields")).TryGet(out var body, out failure))
            return failure;
        var consent = present.ValueKind == JsonValueKind.Object
            ? MailchimpConsent.Of(MailchimpRecords.StatusOf(present), (fields.Find(Status) as FieldValue.Text)?.Value, (fields.Find(Archived) as FieldValue.Flag)?.Value, MailchimpConsent.Remembered(present))
            : new MailchimpConsent(null, false, false);
        if (consent.Status is { } status)
            body["status"] = status;
        if (consent is { IsRefused: true, Archives: false } && body.Count == 0 && !fields.ContainsKey(Tags))
            return new VendorFailure(FailureKind.Permanent, "The member has unsubscribed, was archived, or mail to this address came back: Mailchimp's consent is only given back by the person.");
        if (await _mergeFields.EnsureAsync(connection, audience, body["merge_fields"] as JsonObject, cancellation) is { } unmade)
            return unmade;

        var tags = MailchimpRecords.TagsOf(present).ToHashSet(StringComparer.Ordinal);
        if (body.Count > 0)
        {
            var call = Member(connection, HttpMethod.Patch, audience, NameOf(id)) with { Json = body, SentFields = [.. fields.Keys] };
            if (!(await _gate.SendAsync(connection, call, answer => answer.Json, cancellation)).TryGet(out present, out failure))
                return failure;
        }

        if (!fields.ContainsKey(Tags) && !consent.Archives)
            return Read(connection, present);
        var completed = await CompleteAsync(connection, audience, present, tags, fields, consent.Archives, cancellation);
        return body.Count > 0 ? completed.AfterWrite() : completed;
    }

    /// <summary>An archived member can be brought back; one that is deleted for good cannot, so that nothing here does that.</summary>
    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (kind != Members)
            return NoKind(kind);
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return failure;
        if (!(await PresentAsync(connection, id, cancellation)).TryGet(out var present, out failure))
            return failure.Kind == FailureKind.NotFound ? false : failure;
        if (MailchimpRecords.StatusOf(present) == MailchimpConsent.Archived)
            return false;
        return await ArchiveAsync(connection, audience, present, cancellation) is { } refused ? refused : true;
    }

    public int MostAtOnce(string kind) => kind == Members ? MailchimpBulk.MostAtOnce : 1;

    public async Task<ImmutableArray<VendorResult<Record>>> CreateManyAsync(ConnectionScope connection, string kind, IReadOnlyList<FieldSet> records, CancellationToken cancellation)
    {
        if (kind != Members)
            return [.. records.Select(_ => (VendorResult<Record>)NoKind(kind))];
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return [.. records.Select(_ => (VendorResult<Record>)failure)];
        return await SplitAsync(
            records,
            fields => !IsToBeArchived(fields),
            many => _bulk.CreateAsync(connection, audience, many, cancellation),
            fields => CreateAsync(connection, kind, fields, cancellation));
    }

    public async Task<ImmutableArray<VendorResult<Record>>> UpdateManyAsync(ConnectionScope connection, string kind, IReadOnlyList<BulkUpdate> records, CancellationToken cancellation)
    {
        if (kind != Members)
            return [.. records.Select(_ => (VendorResult<Record>)NoKind(kind))];
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return [.. records.Select(_ => (VendorResult<Record>)failure)];
        var written = await SplitAsync(
            records,
            MailchimpBulk.CanSay,
            many => _bulk.UpdateAsync(connection, audience, many, cancellation),
            update => UpdateAsync(connection, kind, update.Id, update.Fields, cancellation));

        // What it refused may be a member with another address by now, and a call for that one says more; tags it adds, and takes none away.
        written = [.. await Task.WhenAll(written.Select((result, number) => result.Failure is { Kind: FailureKind.Permanent or FailureKind.Conflict } && MailchimpBulk.CanSay(records[number])
            ? UpdateAsync(connection, kind, records[number].Id, records[number].Fields, cancellation)
            : Task.FromResult(result)))];
        return [.. await Task.WhenAll(written.Select((result, number) => WithoutTagsAsync(connection, records[number], result, cancellation)))];
    }

    public Uri AuthorizeAddress(OAuthRequest request) => MailchimpAuth.ConsentPage(request);

    public async Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        MailchimpAuth.Exchange(request, answer).TryGet(out var call, out var failure) ? await _gate.RedeemAsync(call, cancellation) : failure;

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(MailchimpAuth.Refresh(old));

    public async Task<VendorResult<WebhookRegistration>> RegisterAsync(ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation) =>
        (await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure)
            ? await new MailchimpRegistrations(_gate, connection, audience).RegisterAsync(address, before, cancellation)
            : failure;

    public async Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation) =>
        (await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure)
            ? await new MailchimpRegistrations(_gate, connection, audience).RemoveAsync(registration.Ids, cancellation)
            : failure;

    /// <summary>Those that one call can say by one call, the rest one by one; the answers in the order of the records.</summary>
    private static async Task<ImmutableArray<VendorResult<Record>>> SplitAsync<T>(
        IReadOnlyList<T> records, Func<T, bool> isForAll, Func<IReadOnlyList<T>, Task<ImmutableArray<VendorResult<Record>>>> all, Func<T, Task<VendorResult<Record>>> one)
    {
        int[] many = [.. Enumerable.Range(0, records.Count).Where(number => isForAll(records[number]))];
        int[] single = [.. Enumerable.Range(0, records.Count).Except(many)];
        var results = new VendorResult<Record>[records.Count];
        if (many.Length > 0)
        {
            var written = await all([.. many.Select(number => records[number])]);
            for (var i = 0; i < many.Length; i++)
                results[many[i]] = written[i];
        }

        var alone = await Task.WhenAll(single.Select(number => one(records[number])));
        for (var i = 0; i < single.Length; i++)
            results[single[i]] = alone[i];
        return [.. results];
    }

    private async Task<VendorResult<Record>> WithoutTagsAsync(ConnectionScope connection, BulkUpdate update, VendorResult<Record> written, CancellationToken cancellation) =>
        update.Fields.Find(Tags) is { } wanted && written.TryGet(out var record, out _) && (record.Fields.Find(Tags) is not { } has || !has.AsSet().Without(wanted.AsSet()).IsBlank)
            ? (await UpdateAsync(connection, Members, record.Id, FieldSet.Of((Tags, wanted)), cancellation)).AfterWrite()
            : written;

    private static bool IsToBeArchived(FieldSet fields) => fields.Find(Status) == FieldValue.Of(MailchimpConsent.Archived) || fields.Find(Archived) is FieldValue.Flag { Value: true };

    /// <summary>By its address, which is all that Mailchimp finds a member by; otherwise by a walk through the audience.</summary>
    private async Task<VendorResult<VendorPage>> FindAsync(ConnectionScope connection, FieldSet where, CancellationToken cancellation)
    {
        if (where.IsEmpty || where.Keys.FirstOrDefault(name => Catalog.Kind(Members).Field(name) is null) is not null)
            return new VendorFailure(FailureKind.Permanent, $"Mailchimp cannot find members by {string.Join(", ", where.Keys)}.");
        ImmutableArray<string> names;
        if (where.Find(Email) is { IsBlank: false } address)
        {
            names = [MailchimpRecords.HashOf(address.ToString()!)];
        }
        else
        {
            if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
                return failure;
            var (field, value) = (where.Keys.First(), where.Values.First().ToString() ?? "");
            if (!(await _indexes.FindAsync(connection, audience, field, value, page => ListAsync(connection, Members, page, cancellation), cancellation)).TryGet(out names, out failure))
                return failure;
        }

        var records = new List<Record>();
        foreach (var name in names)
        {
            var found = await PresentAsync(connection, name, cancellation);
            if (found.Failure is { Kind: not FailureKind.NotFound } failure)
                return failure;
            if (found.Failure is null && Read(connection, found.Value) is var member && RecordShape.IsMatch(member, where))
                records.Add(member);
        }

        return new VendorPage(records, null, _gate.Time.GetUtcNow(), records.Count);
    }

    /// <summary>The member as it is, with all of its tags.</summary>
    /// <param name="name">Its id, the hash of its address, or the address.</param>
    private async Task<VendorResult<JsonElement>> PresentAsync(ConnectionScope connection, string name, CancellationToken cancellation)
    {
        if (!VendorCall.IsSegment(NameOf(name)))
            return new VendorFailure(FailureKind.NotFound, "Mailchimp has no such member.");
        if (!(await _gate.AudienceAsync(connection, cancellation)).TryGet(out var audience, out var failure))
            return failure;
        var call = Member(connection, HttpMethod.Get, audience, NameOf(name));
        var read = await _gate.SendAsync(connection, call, answer => answer.Json, cancellation);
        if (!read.TryGet(out var present, out failure) || !MailchimpRecords.HasMoreTags(present))
            return read;
        var all = await _gate.SendAsync(connection, call with { Path = $"{call.Path}/tags", Query = [("count", "1000")] }, answer => answer.Json.At("tags"), cancellation);
        if (!all.TryGet(out var tags, out failure))
            return failure;
        var whole = JsonObject.Create(present)!;
        whole["tags"] = JsonNode.Parse(tags.GetRawText());
        return JsonSerializer.SerializeToElement(whole);
    }

    /// <summary>What has calls of its own once the rest is written: tags, of which only the differences are sent, and the archive.</summary>
    /// <param name="present">The member as it was written.</param>
    /// <param name="has">Its tags.</param>
    private async Task<VendorResult<Record>> CompleteAsync(
        ConnectionScope connection, string audience, JsonElement present, HashSet<string> has, FieldSet fields, bool archives, CancellationToken cancellation)
    {
        var id = Read(connection, present).Id;
        if (fields.Find(Tags) is { } wanted)
        {
            var keeps = wanted.AsSet().Items;
            JsonNode[] changes = [.. keeps.Except(has).Select(name => Change(name, "active")), .. has.Except(keeps).Select(name => Change(name, "inactive"))];
            var call = Member(connection, HttpMethod.Post, audience, id);
            if (changes.Length == 0 && !archives)
                return Read(connection, present);
            if (changes.Length > 0 && (await _gate.SendAsync(connection, call with { Path = $"{call.Path}/tags", Json = new JsonObject { ["tags"] = new JsonArray(changes) } }, _ => true, cancellation)).Failure is { } untagged)
                return untagged;
        }

        if (archives && await ArchiveAsync(connection, audience, present, cancellation) is { } unarchived)
            return unarchived;
        return (await GetAsync(connection, Members, id, cancellation)).AfterWrite();

        static JsonNode Change(string name, string status) => new JsonObject { ["name"] = name, ["status"] = status };
    }

    private async Task<VendorFailure?> ArchiveAsync(ConnectionScope connection, string audience, JsonElement present, CancellationToken cancellation)
    {
        var call = Member(connection, HttpMethod.Delete, audience, Read(connection, present).Id);
        if (MailchimpConsent.NoteOf(MailchimpRecords.StatusOf(present)) is { } note)
        {
            var noted = await _gate.SendAsync(connection, call with { Method = HttpMethod.Post, Path = $"{call.Path}/notes", Json = new JsonObject { ["note"] = note } }, _ => true, cancellation);
            if (noted.Failure is { } unnoted)
                return unnoted;
        }

        var archived = await _gate.SendAsync(connection, call, _ => true, cancellation);
        return archived.Failure is { Status: not MailchimpFailures.IsArchivedAlready } failure ? failure : null;
    }

    private static bool NeedsPresent(FieldSet fields) =>
        fields.ContainsKey(Status) || fields.ContainsKey(Archived) || fields.ContainsKey(Tags) || MailchimpRecords.HasAddressPart(fields);

    private ImmutableArray<(string Name, string Value)> Query(MailchimpWalk walk, int size)
    {
        var query = new List<(string, string)> { ("count", Text(size)), ("offset", Text(walk.Offset)), ("sort_field", "last_changed"), ("sort_dir", "ASC"), ("exclude_fields", Excluded) };
        // Whether "since" takes that second in is not written anywhere: from the second before.
        if (walk.Since is { } since)
            query.Add(("since_last_changed", since.AddSeconds(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture)));
        if (walk.Archived)
            query.Add((Status, MailchimpConsent.Archived));
        return [.. query];
    }

    /// <summary>The row that ended the page before is not where it was: on from the last time that was seen.</summary>
    private static VendorResult<VendorPage> Restart(MailchimpWalk walk, DateTimeOffset vendorTime)
    {
        var again = new MailchimpWalk(walk.LastModified ?? walk.Since) { Archived = walk.Archived, Restarts = walk.LastModified == walk.Since ? walk.Restarts + 1 : 0 };
        return again.Restarts > MaxRestarts
            ? new VendorFailure(FailureKind.Transient, "Members of Mailchimp change faster than their list can be read.")
            : new VendorPage([], PageToken.Write(again), vendorTime);
    }

    private ImmutableArray<Record> ReadList(ConnectionScope connection, string audience, JsonElement json)
    {
        if (json.At("members") is not { ValueKind: JsonValueKind.Array } members)
            throw new UnexpectedAnswerException("the list of members is no array.");
        if (members.GetArrayLength() > 0)
            _mergeFields.Note(connection, audience, members[0]);
        return [.. members.EnumerateArray().Select(member => Read(connection, member))];
    }

    private Record Read(ConnectionScope connection, JsonElement member) => MailchimpRecords.Read(member, Setting(connection, "idField"));

    private static VendorAccount ReadAccount(JsonElement json) => new(
        json.At("account_id").AsText("the id of the account") is { Length: > 0 } id ? id : throw new UnexpectedAnswerException("it names no account."),
        json.At("account_name").AsText("the name of the account") ?? "",
        json.At("login_id").AsText("the id of the user"),
        json.At("username").AsText("the name of the user"),
        json.At("email").AsText("the address of the user"),
        json.At("role").AsText("the role of the user") is "viewer" or "author" ? ManagerRight : null);

    private VendorCall Member(ConnectionScope connection, HttpMethod method, string audience, string name) => new(method, "", $"{audience}/members/{name}")
    {
        IsRecord = true,
        About = (Members, name),
        Query = method == HttpMethod.Patch ? [("skip_merge_validation", Setting(connection, "skipMergeValidation"))] : [],
    };

    private static string NameOf(string id) => id.Contains('@', StringComparison.Ordinal) ? MailchimpRecords.HashOf(id) : id;

    private static VendorFailure NoKind(string kind) => new(FailureKind.Permanent, $"Mailchimp has no kind '{kind}'.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);
}
