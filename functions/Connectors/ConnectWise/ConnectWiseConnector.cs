using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.ConnectWise.ConnectWiseCatalog;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>ConnectWise PSA: pages by id, conditions in a language of its own, callbacks that the app registers.</summary>
internal sealed class ConnectWiseConnector(VendorPipeline pipeline) : IConnector, IWebhookRegistrar
{
    /// <summary>What most servers and proxies take of a query; longer conditions go into a body.</summary>
    private const int MaxQuery = 1800;

    /// <summary>So many ids fit into the conditions of one call.</summary>
    private const int IdsAtOnce = 100;

    private static readonly string[] Written = [Projects, Phases, Tickets, ScheduleEntries, TimeEntries, Companies, Contacts];

    private readonly ConnectWiseGate _gate = new(pipeline);
    private readonly ConnectWiseTickets _tickets = new(pipeline.Time);

    public SystemCatalog Catalog => ConnectWiseCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        if (!(await _gate.IdentifyAsync(connection, cancellation)).TryGet(out var account, out var failure))
            return failure;
        foreach (var kind in new[] { Projects, Tickets, ScheduleEntries, TimeEntries, Companies, Members })
        {
            var call = Call(HttpMethod.Get, PathOf(kind, null)) with { Query = [("pageSize", "1")], About = (kind, null) };
            var seen = await _gate.SendAsync(connection, call, _ => true, cancellation);
            if (seen.Failure is { Kind: FailureKind.Forbidden } refused)
                return account with { MissingRight = refused.Right ?? $"inquire {kind}" };
            if (seen.Failure is { } other)
                return other;
        }

        return account;
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        var known = Catalog.Kind(kind);
        if (known is { ParentKind: { } parent, ListsChanges: false } && !IsNumber(request.ParentId ?? ""))
            return new VendorFailure(FailureKind.Permanent, $"{kind} are listed in {parent}.");
        if (request.ParentId is { } id && !IsNumber(id))
            return new VendorFailure(FailureKind.NotFound, $"ConnectWise PSA has no such record of {known.ParentKind}.");
        var walk = new Walk();
        if (request.PageToken is { } token && !PageToken.TryRead(token, out walk))
            return new VendorFailure(FailureKind.Permanent, "This page token is none of ConnectWise PSA.");
        if (request.Where?.Keys.FirstOrDefault(name => !known.CanSearch || known.Fields.All(field => field.Name != name)) is { } unknown)
            return new VendorFailure(FailureKind.Permanent, $"ConnectWise PSA cannot find {kind} by {unknown}.");
        return kind == ScheduleEntries
            ? await ListEntriesAsync(connection, request, walk, cancellation)
            : await PageAsync(connection, kind, request, Conditions(connection, kind, request), walk, cancellation);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (!Catalog.HasKind(kind))
            return NoKind(kind);
        if (!TryRecord(HttpMethod.Get, kind, id, out var call, out var within))
            return NoSuch(kind);
        var found = await _gate.SendAsync(connection, call, answer => Read(connection, kind, answer.Json, within), cancellation);
        if (kind != ScheduleEntries || found.Value is not { } entry)
            return found;
        // Appointments for service tickets and activities are entries like any other.
        var inside = await OfProjectsAsync(connection, [entry], cancellation);
        return inside.TryGet(out var entries, out var failure) ? entries is [var one] ? one : NoSuch(kind) : failure;
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (!Written.Contains(kind))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be created in ConnectWise PSA from outside.");
        if (!ConnectWiseRecords.Write(kind, fields).TryGet(out var body, out var failure))
            return failure;
        var project = kind == Phases && fields.Find("project") is FieldValue.Reference { RecordId: var number } ? number : null;
        if (kind == Phases && !IsNumber(project ?? ""))
            return new VendorFailure(FailureKind.Permanent, "A phase is created in a project.");
        Complete(connection, kind, fields, body);
        var call = Call(HttpMethod.Post, PathOf(kind, project)) with { Json = body, Repeat = Repeat.Once, About = (kind, null) };
        return await _gate.SendAsync(connection, call, answer => ReadWritten(connection, kind, answer, project), cancellation);
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (!Written.Contains(kind))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be changed in ConnectWise PSA from outside.");
        // What a ticket begins with is a note, and no field of it later.
        if (!ConnectWiseRecords.Write(kind, kind == Tickets ? fields.Without("initialDescription") : fields).TryGet(out var body, out var failure))
            return failure;
        if (!TryRecord(HttpMethod.Patch, kind, id, out var call, out var within))
            return NoSuch(kind);
        if (kind == Contacts && ConnectWiseRecords.HasWays(fields))
        {
            var old = await _gate.SendAsync(connection, call with { Method = HttpMethod.Get }, answer => answer.Json, cancellation);
            if (!old.TryGet(out var contact, out failure))
                return failure;
            body["communicationItems"] = ConnectWiseRecords.Ways(contact, fields, name => Setting(connection, name));
        }

        if (body.Count == 0)
            return await GetAsync(connection, kind, id, cancellation);
        call = call with { Json = ConnectWisePatch.Of(body, Setting(connection, "clearWith")), SentFields = [.. body.Select(field => field.Key)] };
        return await _gate.SendAsync(connection, call, answer => ReadWritten(connection, kind, answer, within), cancellation);
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (!Written.Contains(kind))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be deleted in ConnectWise PSA from outside.");
        if (!TryRecord(HttpMethod.Delete, kind, id, out var call, out _))
            return false;
        var deleted = await _gate.SendAsync(connection, call, _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => throw new NotSupportedException("ConnectWise PSA has no consent page: its keys are typed in.");

    public Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(new VendorFailure(FailureKind.Permanent, "ConnectWise PSA has no consent page: its keys are typed in."));

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        Task.FromResult<VendorResult<Credentials>>(ConnectWiseAuth.Refresh());

    public Task<VendorResult<WebhookRegistration>> RegisterAsync(
        ConnectionScope connection, Uri address, WebhookRegistration? before, CancellationToken cancellation) =>
        new ConnectWiseRegistrations(_gate, connection).RegisterAsync(address, before, cancellation);

    public Task<VendorResult<bool>> UnregisterAsync(ConnectionScope connection, WebhookRegistration registration, CancellationToken cancellation) =>
        new ConnectWiseRegistrations(_gate, connection).RemoveAsync(registration.Ids, cancellation);

    /// <summary>
    /// Schedule entries know their ticket and no project: of a project, they are asked for by its tickets, so many at once; of the whole
    /// account, those of tickets outside projects are left out.
    /// </summary>
    private async Task<VendorResult<VendorPage>> ListEntriesAsync(ConnectionScope connection, ListRequest request, Walk walk, CancellationToken cancellation)
    {
        var conditions = Conditions(connection, ScheduleEntries, request with { ParentId = null });
        if (request.ParentId is not { } project)
        {
            if (!(await PageAsync(connection, ScheduleEntries, request, conditions, walk, cancellation)).TryGet(out var all, out var refused))
                return refused;
            return (await OfProjectsAsync(connection, all.Records, cancellation)).TryGet(out var inside, out refused) ? all with { Records = inside } : refused;
        }

        var tickets = await IdsOfTicketsAsync(connection, [$"project/id={project}", $"id>{walk.AfterTicket}"], IdsAtOnce, cancellation);
        if (!tickets.TryGet(out var ids, out var failure))
            return failure;
        if (ids.IsEmpty)
            return new VendorPage([], null, pipeline.Time.GetUtcNow());
        var page = await PageAsync(connection, ScheduleEntries, request, conditions.And(ConnectWiseConditions.AnyOf("objectId", ids)), walk, cancellation);
        if (page.Value is not { NextPage: null } last || ids.Length < IdsAtOnce)
            return page;
        return last with { NextPage = PageToken.Write(new Walk { AfterTicket = ids[^1] }) };
    }

    private async Task<VendorResult<ImmutableArray<Record>>> OfProjectsAsync(ConnectionScope connection, IReadOnlyList<Record> entries, CancellationToken cancellation)
    {
        var tickets = entries.Select(TicketOf).OfType<string>().Distinct(StringComparer.Ordinal).ToLookup(id => _tickets.IsInside(connection, id));
        var inside = tickets[true].ToHashSet(StringComparer.Ordinal);
        foreach (var unknown in tickets[null].Chunk(IdsAtOnce))
        {
            var found = await IdsOfTicketsAsync(connection, [ConnectWiseConditions.AnyOf("id", unknown)], unknown.Length, cancellation);
            if (!found.TryGet(out var ids, out var failure))
                return failure;
            inside.UnionWith(ids);
            foreach (var id in unknown)
                _tickets.Note(connection, id, isInside: inside.Contains(id));
        }

        return entries.Where(entry => TicketOf(entry) is { } id && inside.Contains(id)).ToImmutableArray();
    }

    private static string? TicketOf(Record entry) => entry.Fields.Find("ticket") is FieldValue.Reference { RecordId: var id } ? id : null;

    private async Task<VendorResult<ImmutableArray<string>>> IdsOfTicketsAsync(
        ConnectionScope connection, ImmutableArray<string> terms, int size, CancellationToken cancellation)
    {
        var call = Call(HttpMethod.Get, PathOf(Tickets, null)) with
        {
            // Without _info the vendor leaves it out, and with it the rest of a record that is read by name.
            Query = [("conditions", new ConnectWiseConditions(terms).ToString()), ("fields", "id,_info"), ("orderBy", "id asc"), ("page", "1"), ("pageSize", Text(size))],
            About = (Tickets, null),
        };
        return await _gate.SendAsync(connection, call, answer => Rows(Tickets, answer).Select(row => row.At("id").AsText("the id of a ticket")!).ToImmutableArray(), cancellation);
    }

    private async Task<VendorResult<VendorPage>> PageAsync(
        ConnectionScope connection, string kind, ListRequest request, ConnectWiseConditions conditions, Walk walk, CancellationToken cancellation)
    {
        var size = int.TryParse(Setting(connection, "pageSize"), CultureInfo.InvariantCulture, out var set) ? Math.Clamp(set, 1, 1000) : 1000;
        var call = ListCall(connection, kind, request.ParentId, conditions, ChildConditions(kind, request), walk, size);
        var got = await _gate.SendAsync(
            connection,
            call,
            answer => (Records: Rows(kind, answer).Select(row => Read(connection, kind, row, request.ParentId)).ToImmutableArray(), answer.VendorTime),
            cancellation);
        if (!got.TryGet(out var list, out var failure))
            return failure;
        var next = list.Records.Length < size ? null : walk with { AfterId = ConnectWiseRecords.NumberOf(list.Records[^1].Id) };
        // A page that ends where it began is none that was asked for: without this the walk would have no end.
        if (next is not null && next.AfterId == walk.AfterId)
            return new VendorFailure(FailureKind.Misconfigured, $"ConnectWise PSA does not page the list of {kind} as the page settings say.");
        var isWhole = request is { ChangedSince: null, ParentId: null, Where: null } && walk == new Walk();
        var total = (isWhole, next) switch { (false, _) => null, (_, null) => list.Records.Length, _ => await CountAsync(connection, kind, conditions, cancellation) };
        IReadOnlyList<Record> records = request.Where is { } where ? [.. list.Records.Where(record => RecordShape.IsMatch(record, where))] : list.Records;
        return new VendorPage(records, next is null ? null : PageToken.Write(next), list.VendorTime, total);
    }

    /// <summary>How many a list has that takes several pages; null where the vendor does not count it.</summary>
    private async Task<int?> CountAsync(ConnectionScope connection, string kind, ConnectWiseConditions conditions, CancellationToken cancellation)
    {
        var call = Call(HttpMethod.Get, $"{PathOf(kind, null)}/count") with { Query = conditions.Terms.IsEmpty ? [] : [("conditions", conditions.ToString())], About = (kind, null) };
        return (await _gate.SendAsync(connection, call, answer => answer.Json.At("count").AsCount("the count"), cancellation)).Value;
    }

    /// <summary>A page after an id: rows that change meanwhile stay where they are.</summary>
    private VendorCall ListCall(
        ConnectionScope connection, string kind, string? parent, ConnectWiseConditions conditions, string childConditions, Walk walk, int size)
    {
        var forwardOnly = Setting(connection, "paging") == "forwardOnly";
        var query = new List<(string Name, string Value)> { ("pageSize", Text(size)) };
        if (forwardOnly)
        {
            query.Add(("pageId", walk.AfterId));
        }
        else
        {
            conditions = conditions.And($"id>{walk.AfterId}");
            query.Add(("orderBy", "id asc"));
            query.Add(("page", "1"));
        }

        var call = Call(HttpMethod.Get, PathOf(kind, parent)) with { About = IsNested(kind) ? (Catalog.Kind(kind).ParentKind!, parent) : (kind, null), IsRecord = IsNested(kind) };
        if (forwardOnly)
            call = call with { Headers = [("pagination-type", "forward-only")] };
        if (childConditions.Length > 0)
            query.Add(("childConditions", childConditions));
        var text = conditions.ToString();
        if (kind == Tickets && VendorCall.QueryText([.. query, ("conditions", text)]).Length > MaxQuery)
            return call with { Method = HttpMethod.Post, Path = $"{call.Path}/search", Query = [.. query], Json = new JsonObject { ["conditions"] = text } };
        if (text.Length > 0)
            query.Add(("conditions", text));
        return call with { Query = [.. query] };
    }

    private ConnectWiseConditions Conditions(ConnectionScope connection, string kind, ListRequest request)
    {
        var conditions = kind switch
        {
            Boards => ConnectWiseConditions.None.And("projectFlag=true"),
            ScheduleEntries => ConnectWiseConditions.None.And("type/identifier=\"S\""),
            TimeEntries => ConnectWiseConditions.None.And("chargeToType=\"ProjectTicket\""),
            _ => ConnectWiseConditions.None,
        };
        if (request.ParentId is { } project && !IsNested(kind))
            conditions = conditions.And($"project/id={project}");
        if (request.ChangedSince is { } since && Catalog.Kind(kind).ListsChanges)
            conditions = conditions.And(ConnectWiseConditions.ChangedFrom(since, Setting(connection, "naiveTimes") == "true"));
        foreach (var (name, value) in request.Where ?? FieldSet.Empty)
        {
            if (!IsWay(kind, name))
                conditions = conditions.And(ConnectWiseConditions.Equal(ConnectWiseRecords.PathOf(kind, name), value));
        }

        return conditions;
    }

    /// <summary>How to reach a contact stands in a list inside it.</summary>
    private static string ChildConditions(string kind, ListRequest request) => string.Join(" and ", (request.Where ?? FieldSet.Empty)
        .Where(field => IsWay(kind, field.Key))
        .Select(field => ConnectWiseConditions.Equal("communicationItems/value", field.Value)));

    private static bool IsWay(string kind, string field) => kind == Contacts && field is "email" or "phone";

    private Record Read(ConnectionScope connection, string kind, JsonElement json, string? parent) =>
        Noted(connection, kind, ConnectWiseRecords.Read(kind, json, parent));

    private Record ReadWritten(ConnectionScope connection, string kind, VendorAnswer answer, string? parent) =>
        Noted(connection, kind, ConnectWiseRecords.ReadWritten(kind, answer, parent));

    private Record Noted(ConnectionScope connection, string kind, Record record)
    {
        if (kind == Tickets)
            _tickets.Note(connection, record.Id, isInside: true);
        return record;
    }

    private static IEnumerable<JsonElement> Rows(string kind, VendorAnswer answer) => answer.Json.ValueKind == JsonValueKind.Array
        ? answer.Json.EnumerateArray()
        : throw new UnexpectedAnswerException($"the list of {kind} is no array.");

    /// <summary>What ConnectWise wants to know of a new record and the fields do not say.</summary>
    private void Complete(ConnectionScope connection, string kind, FieldSet fields, JsonObject body)
    {
        void Default(string name, JsonNode? value)
        {
            if (body[name] is null && value is not null)
                body[name] = value;
        }

        JsonObject? Named(string setting, string by) => Setting(connection, setting) is { Length: > 0 } text ? new JsonObject { [by] = text } : null;
        JsonObject? Numbered(string setting) => long.TryParse(Setting(connection, setting), CultureInfo.InvariantCulture, out var id) ? new JsonObject { ["id"] = id } : null;
        switch (kind)
        {
            case Projects:
                var days = int.TryParse(Setting(connection, "defaultProjectDays"), CultureInfo.InvariantCulture, out var set) ? set : 30;
                var start = (fields.Find("estimatedStart") as FieldValue.Day)?.Value ?? DateOnly.FromDateTime(pipeline.Time.GetUtcNow().UtcDateTime);
                Default("billingMethod", Setting(connection, "defaultBillingMethod"));
                Default("board", Named("defaultBoard", "name"));
                Default("location", Numbered("defaultLocation"));
                Default("department", Numbered("defaultDepartment"));
                Default("estimatedStart", MidnightOf(start));
                Default("estimatedEnd", MidnightOf(start.AddDays(days)));
                break;
            case Companies:
                Default("site", Named("defaultCompanySite", "name"));
                if (fields.Find("name") is FieldValue.Text { Value: var name })
                    Default("identifier", string.Concat(name.Where(char.IsLetterOrDigit).Take(25)));
                break;
            case Contacts when ConnectWiseRecords.HasWays(fields):
                body["communicationItems"] = ConnectWiseRecords.Ways(default, fields, setting => Setting(connection, setting));
                break;
            case ScheduleEntries:
                body["type"] = new JsonObject { ["identifier"] = "S" };
                break;
            case TimeEntries:
                body["chargeToType"] = "ProjectTicket";
                break;
        }
    }

    private static string MidnightOf(DateOnly day) => day.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture);

    /// <summary>False where the id is none that this kind has.</summary>
    private static bool TryRecord(HttpMethod method, string kind, string id, out VendorCall call, out string? within)
    {
        var parts = id.Split(':');
        within = IsNested(kind) ? parts[0] : null;
        var isId = parts.Length == (IsNested(kind) ? 2 : 1) && parts.All(IsNumber);
        call = Call(method, isId ? $"{PathOf(kind, within)}/{parts[^1]}" : "") with { IsRecord = true, About = (kind, id) };
        return isId;
    }

    private static bool IsNested(string kind) => kind is Phases or BoardStatuses;

    private static bool IsNumber(string id) => id.Length is > 0 and <= 18 && id.All(char.IsAsciiDigit);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string PathOf(string kind, string? parent) => kind switch
    {
        Projects => "project/projects",
        Phases => $"project/projects/{parent}/phases",
        Tickets => "project/tickets",
        ScheduleEntries => "schedule/entries",
        TimeEntries => "time/entries",
        Companies => "company/companies",
        Contacts => "company/contacts",
        Members => "system/members",
        WorkTypes => "time/workTypes",
        CompanyStatuses => "company/companies/statuses",
        NoteTypes => "company/noteTypes",
        Boards => "service/boards",
        ProjectStatuses => "project/statuses",
        _ => $"service/boards/{parent}/statuses",
    };

    /// <summary>Below the API of the connection, which the gate knows.</summary>
    private static VendorCall Call(HttpMethod method, string path) => new(method, "", path);

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    private static VendorFailure NoKind(string kind) => new(FailureKind.Permanent, $"ConnectWise PSA has no kind '{kind}'.");

    private static VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"ConnectWise PSA has no such record of {kind}.");

    /// <summary>Where a walk through a list stands.</summary>
    private sealed record Walk
    {
        public string AfterId { get; init; } = "0";

        /// <summary>Schedule entries of a project: the last ticket of those whose entries are through.</summary>
        public string AfterTicket { get; init; } = "0";
    }
}
