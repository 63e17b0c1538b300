using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Synergy.SynergyCatalog;

namespace SyncFunctions.Connectors.Synergy;

/// <summary>Total Synergy: polled, paged by index, envelopes and bare arrays side by side.</summary>
internal sealed class SynergyConnector(VendorPipeline pipeline) : IConnector
{
    private static readonly VendorDialect Dialect = new(SynergyCatalog.Catalog, SynergyAuth.Authorize, SynergyFailures.Judge);

    public SystemCatalog Catalog => SynergyCatalog.Catalog;

    public async Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var call = new VendorCall(HttpMethod.Get, Setting(connection, "apiBase"), Setting(connection, "organisationsPath"));
        var found = await SendAsync(connection, call, answer => SynergyOrganisation.ReadAll(answer.Json), cancellation);
        if (!found.TryGet(out var organisations, out var failure))
        {
            return failure.Kind == FailureKind.Forbidden
                ? new VendorAccount(Setting(connection, "organisation"), "", MissingRight: failure.Right ?? SynergyFailures.AdministratorRight)
                : failure;
        }

        var wanted = Setting(connection, "organisation");
        var chosen = wanted.Length == 0
            ? organisations
            : [.. organisations.Where(organisation => organisation.Slug.Equals(wanted, StringComparison.OrdinalIgnoreCase))];
        return chosen switch
        {
            [var one] => await WithRightsAsync(connection, one, cancellation),
            [] => new VendorFailure(FailureKind.Misconfigured, wanted.Length == 0
                ? "These credentials see no organisation in Total Synergy."
                : $"These credentials do not see the organisation '{wanted}' in Total Synergy."),
            _ => new VendorFailure(
                FailureKind.Misconfigured, $"Choose one of the organisations in Total Synergy: {string.Join(", ", chosen.Select(one => one.Slug))}."),
        };
    }

    public async Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation)
    {
        if (Refuse(connection, kind) is { } refused)
            return refused;
        if (Catalog.Kind(kind).ParentKind is not null && !VendorCall.IsSegment(request.ParentId ?? ""))
            return new VendorFailure(FailureKind.Permanent, $"{kind} are listed per project.");
        if (request.Where is { } where && (kind != Projects || where.Keys.Any(name => name != "number")))
            return new VendorFailure(FailureKind.Permanent, $"Total Synergy finds projects by number only, not {kind} by {string.Join(", ", where.Keys)}.");
        if (kind == Progress)
            return await ListProgressAsync(connection, request.ParentId!, cancellation);

        var walk = Walk.From(PageSize(connection));
        if (request.PageToken is { } token)
        {
            if (!PageToken.TryRead(token, out walk))
                return new VendorFailure(FailureKind.Permanent, "This page token is none of Total Synergy.");
        }
        else if (kind == Projects && ByStatusType(connection, request) == "true")
        {
            if (!(await StatusTypesAsync(connection, cancellation)).TryGet(out var types, out var failure))
                return failure;
            walk = walk with { Types = types };
        }

        return await PageAsync(connection, kind, request, walk, cancellation);
    }

    public async Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null)
    {
        if (Refuse(connection, kind) is { } refused)
            return refused;
        return kind switch
        {
            Stages => id.Split(':') is [var projectId, _] && VendorCall.IsSegment(projectId)
                ? Pick(id, kind, await StagesAsync(connection, projectId, cancellation))
                : NoSuch(kind),
            Staff or Statuses => await FindInListAsync(connection, kind, id, cancellation),
            _ when !VendorCall.IsSegment(id) => NoSuch(kind),
            Progress => await ProgressAsync(connection, id, parent, cancellation),
            _ => await OneAsync(connection, kind, id, cancellation),
        };
    }

    /// <summary>One address has contacts of every type: who asks for a company is not given a person of the same number.</summary>
    private async Task<VendorResult<Record>> OneAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        var type = kind switch { Companies => Setting(connection, "companyType"), Personnel => Setting(connection, "personnelType"), _ => null };
        var found = await SendAsync(
            connection,
            RecordCall(HttpMethod.Get, connection, kind, id),
            answer => RecordShape.Unwrap(answer.Json) is var json && (type is null || (json.At("contactTypeId").AsText("the type of a contact") ?? type) == type)
                ? SynergyRecords.Shape(kind).Read(json)
                : new Record("", FieldSet.Empty),
            cancellation);
        return found.Value is { Id: "" } ? NoSuch(kind) : found;
    }

    public async Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null)
    {
        if (Refuse(connection, kind) is { } refused)
            return refused;
        if (kind is not (Projects or Companies or Personnel))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be created in Total Synergy from outside.");
        if (!SynergyRecords.Shape(kind).Write(fields).TryGet(out var body, out var failure))
            return failure;
        if (kind is Companies or Personnel)
            body["contactTypeId"] = IdNode(Setting(connection, kind == Companies ? "companyType" : "personnelType"));
        var call = new VendorCall(new HttpMethod(Setting(connection, "createVerb")), Setting(connection, "apiBase"), PathOf(connection, kind))
        {
            Json = body,
            Repeat = Repeat.Once,
            About = (kind, null),
        };
        var written = await SendAsync(connection, call, answer => SynergyRecords.Shape(kind).ReadWritten(answer, null), cancellation);
        return await CompleteAsync(connection, kind, written, cancellation);
    }

    public async Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null)
    {
        if (Refuse(connection, kind) is { } refused)
            return refused;
        if (!VendorCall.IsSegment(id))
            return NoSuch(kind);
        if (kind == Progress)
            return await UpdateStatusAsync(connection, id, fields, cancellation);
        if (kind is not (Projects or Companies or Personnel))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be changed in Total Synergy from outside.");
        if (!SynergyRecords.Shape(kind).Write(fields).TryGet(out var body, out var failure))
            return failure;

        var verb = new HttpMethod(Setting(connection, "updateVerb"));
        if (verb == HttpMethod.Put)
        {
            // The whole record goes back, so that what we do not know of it stays.
            var whole = await SendAsync(
                connection,
                RecordCall(HttpMethod.Get, connection, kind, id),
                answer => RecordShape.Unwrap(answer.Json) is { ValueKind: JsonValueKind.Object } json
                    ? JsonObject.Create(json)!
                    : throw new UnexpectedAnswerException($"{kind} {id} is no JSON object."),
                cancellation);
            if (!whole.TryGet(out var old, out failure))
                return failure;
            body = Merge(old, body);
        }

        var call = RecordCall(verb, connection, kind, id) with { Json = body };
        var written = await SendAsync(connection, call, answer => SynergyRecords.Shape(kind).ReadWritten(answer, id), cancellation);
        return await CompleteAsync(connection, kind, written, cancellation);
    }

    public async Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation)
    {
        if (Refuse(connection, kind) is { } refused)
            return refused;
        if (kind is not (Projects or Companies or Personnel))
            return new VendorFailure(FailureKind.Permanent, $"{kind} cannot be deleted in Total Synergy from outside.");
        if (!VendorCall.IsSegment(id))
            return false;
        var deleted = await SendAsync(connection, RecordCall(HttpMethod.Delete, connection, kind, id), _ => true, cancellation);
        return deleted.Failure is { Kind: FailureKind.NotFound } ? false : deleted;
    }

    public Uri AuthorizeAddress(OAuthRequest request) => SynergyAuth.ConsentPage(request);

    public async Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) =>
        SynergyAuth.Exchange(request, answer).TryGet(out var call, out var failure)
            ? await pipeline.SendAsync(Dialect, null, call, got => SynergyAuth.Read(got, null, pipeline.Time), cancellation)
            : failure;

    public async Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) =>
        SynergyAuth.Refresh(connection.Settings, old).TryGet(out var call, out var failure)
            ? await SendAsync(connection, call, got => SynergyAuth.Read(got, old, pipeline.Time), cancellation)
            : failure;

    /// <summary>An administrator sees the staff; who does not is told now instead of by a list that is short of records later.</summary>
    private async Task<VendorResult<VendorAccount>> WithRightsAsync(
        ConnectionScope connection, SynergyOrganisation organisation, CancellationToken cancellation)
    {
        var account = new VendorAccount(organisation.Slug, organisation.Name);
        var settled = connection with { Settings = connection.Settings.SetItem("organisation", organisation.Slug) };
        var staff = await PageAsync(settled, Staff, new ListRequest(), Walk.From(IndexWalk.MinSize), cancellation);
        return staff.Failure switch
        {
            null => account,
            { Kind: FailureKind.Forbidden, Right: var right } => account with { MissingRight = right ?? SynergyFailures.AdministratorRight },
            var failure => failure,
        };
    }

    private async Task<VendorResult<VendorPage>> PageAsync(
        ConnectionScope connection, string kind, ListRequest request, Walk walk, CancellationToken cancellation)
    {
        var read = kind == Stages
            ? json => SynergyRecords.Stage(request.ParentId!, json)
            : (Func<JsonElement, Record>)SynergyRecords.Shape(kind).Read;
        var call = ListCall(connection, kind, request, walk);
        var got = await SendAsync(connection, call, answer => SynergyList.Read(kind, answer, FirstPage(connection), read), cancellation);
        if (!got.TryGet(out var list, out var failure))
            return failure;

        var step = walk.Index.Take([.. list.Records.Select(IndexWalk.KeyOf)], list.SaysMore);
        switch (step.Outcome)
        {
            case IndexOutcome.NotPaged:
                return new VendorFailure(FailureKind.Misconfigured, $"Total Synergy does not page the list of {kind} as the page settings say.");
            case IndexOutcome.Restless:
                return new VendorFailure(FailureKind.Transient, $"The list of {kind} in Total Synergy changes faster than it can be read.");
        }

        var rows = list.Records[step.From..];
        IReadOnlyList<Record> records = request.Where is { } where ? [.. rows.Where(record => RecordShape.IsMatch(record, where))] : rows;
        walk = walk with { IsComplete = walk.IsComplete || (request.Where is null ? rows.Any(IsInactive) : records.Count > 0) };

        var next = step.Next is { } index ? walk with { Index = index } : walk.NextType(PageSize(connection), isSearch: request.Where is not null);
        if (kind == Projects && next is null && walk is { Types: [], IsComplete: false } && ByStatusType(connection, request) != "false")
        {
            if (!(await StatusTypesAsync(connection, cancellation)).TryGet(out var types, out failure))
                return failure;
            next = types.IsEmpty ? null : Walk.From(PageSize(connection)) with { Types = types };
        }

        return new VendorPage(records, next is null ? null : PageToken.Write(next), list.VendorTime, walk.Types.IsEmpty ? list.Total : null);
    }

    private static bool IsInactive(Record record) => record.Fields.Find("isActive") is FieldValue.Flag { Value: false };

    private VendorCall ListCall(ConnectionScope connection, string kind, ListRequest request, Walk walk)
    {
        // The documents of these two show bare names only.
        var prefix = kind is Stages or Statuses ? "" : Setting(connection, "parameterPrefix");
        var (page, size) = walk.Index.Ask();
        var query = new List<(string Name, string Value)>();
        switch (kind)
        {
            case Companies or Personnel:
                query.Add(("ShowCompany", kind == Companies ? "true" : "false"));
                query.Add(("ShowPersonnel", kind == Personnel ? "true" : "false"));
                query.Add(("ShowIndividual", "false"));
                query.Add(("ShowStaff", "false"));
                break;
            case Stages:
                query.Add(("ProjectId", request.ParentId!));
                break;
            case Statuses:
                query.Add(("ActiveId", "2"));
                break;
        }

        if (!walk.Types.IsEmpty)
            query.Add(("StatusTypeId", walk.Types[walk.Type]));
        if (request.Where?.Find("number") is { } number)
            query.Add(("projectNumber", number.ToString()!));
        if (request.ChangedSince is { } since && Catalog.Kind(kind).ListsChanges)
            query.Add(("UpdatedDate", since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)));
        query.Add((Setting(connection, "pageSizeParameter"), size.ToString(CultureInfo.InvariantCulture)));
        query.Add((Setting(connection, "pageParameter"), (FirstPage(connection) + page).ToString(CultureInfo.InvariantCulture)));
        return new VendorCall(HttpMethod.Get, Setting(connection, "apiBase"), PathOf(connection, kind))
        {
            Query = [.. query.Select(item => (prefix + item.Name, item.Value))],
            // A project that is gone has no list of stages.
            IsRecord = kind == Stages,
            About = kind == Stages ? (Projects, request.ParentId) : (kind, null),
        };
    }

    /// <summary>Whether to list by status type: <c>true</c>, <c>false</c>, or <c>auto</c>, only if a plain list showed nothing inactive.</summary>
    private string ByStatusType(ConnectionScope connection, ListRequest request) =>
        Setting(connection, request.ChangedSince is null ? "allStatusTypes" : "changesByStatusType");

    private int PageSize(ConnectionScope connection) => Math.Clamp(Number(connection, "pageSize", 500), IndexWalk.MinSize, 1000);

    private int FirstPage(ConnectionScope connection) => Number(connection, "firstPage", 1);

    private int Number(ConnectionScope connection, string setting, int other) =>
        int.TryParse(Setting(connection, setting), CultureInfo.InvariantCulture, out var number) ? number : other;

    private async Task<VendorResult<ImmutableArray<string>>> StatusTypesAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var statuses = await StatusesAsync(connection, cancellation);
        return statuses.TryGet(out var list, out var failure)
            ? list.Select(status => status.TypeId).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToImmutableArray()
            : failure;
    }

    private Task<VendorResult<ImmutableArray<SynergyStatus>>> StatusesAsync(ConnectionScope connection, CancellationToken cancellation) =>
        SendAsync(
            connection,
            ListCall(connection, Statuses, new ListRequest(), Walk.From(1000)),
            answer => SynergyList.Items(Statuses, answer.Json).Select(SynergyStatus.Read).ToImmutableArray(),
            cancellation);

    private async Task<VendorResult<VendorPage>> ListProgressAsync(ConnectionScope connection, string projectId, CancellationToken cancellation) =>
        (await ProgressAsync(connection, projectId, null, cancellation)).TryGet(out var record, out var failure)
            ? new VendorPage([record], null, pipeline.Time.GetUtcNow(), 1)
            : failure;

    private async Task<VendorResult<Record>> ProgressAsync(ConnectionScope connection, string projectId, Record? known, CancellationToken cancellation)
    {
        if (!(known ?? await GetAsync(connection, Projects, projectId, cancellation)).TryGet(out var project, out var failure))
            return failure;
        return (await StagesAsync(connection, projectId, cancellation)).TryGet(out var stages, out failure)
            ? SynergyRecords.ProgressOf(project, stages)
            : failure;
    }

    private async Task<VendorResult<IReadOnlyList<Record>>> StagesAsync(ConnectionScope connection, string projectId, CancellationToken cancellation) =>
        await AllAsync(connection, Stages, projectId, cancellation);

    private async Task<VendorResult<Record>> FindInListAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation) =>
        Pick(id, kind, await AllAsync(connection, kind, null, cancellation));

    private async Task<VendorResult<IReadOnlyList<Record>>> AllAsync(ConnectionScope connection, string kind, string? parentId, CancellationToken cancellation)
    {
        var all = new List<Record>();
        for (var request = new ListRequest(ParentId: parentId); ;)
        {
            if (!(await ListAsync(connection, kind, request, cancellation)).TryGet(out var page, out var failure))
                return failure;
            all.AddRange(page.Records);
            if (page.NextPage is null)
                return all;
            request = request with { PageToken = page.NextPage };
        }
    }

    private static VendorResult<Record> Pick(string id, string kind, VendorResult<IReadOnlyList<Record>> all) =>
        all.TryGet(out var records, out var failure)
            ? records.FirstOrDefault(record => record.Id == id) is { } found ? found : NoSuch(kind)
            : failure;

    private async Task<VendorResult<Record>> UpdateStatusAsync(ConnectionScope connection, string projectId, FieldSet fields, CancellationToken cancellation)
    {
        if (fields.Keys.Any(name => name != "statusName") || fields.Find("statusName") is not FieldValue.Text { Value: var wanted })
            return new VendorFailure(FailureKind.Permanent, "Of the progress of a project in Total Synergy only the name of its status can be written.");
        if (!(await StatusesAsync(connection, cancellation)).TryGet(out var statuses, out var failure))
            return failure;
        var status = statuses
            .Where(status => status.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(status => status.IsActive)
            .FirstOrDefault();
        if (status is null)
            return new VendorFailure(FailureKind.Permanent, $"Total Synergy has no project status '{wanted}'.");

        var call = new VendorCall(HttpMethod.Post, Setting(connection, "apiBase"), PathOf(connection, Statuses) + "/Update")
        {
            Json = new JsonObject { ["projectId"] = IdNode(projectId), ["newStatusId"] = IdNode(status.Id), ["stageIds"] = new JsonArray() },
            About = (Projects, projectId),
        };
        var written = await SendAsync(connection, call, answer => (
            IsDone: answer.Json.At("success").AsFlag("success") != false,
            Name: answer.Json.At("project.statusName").AsText("the new status")), cancellation);
        if (!written.TryGet(out var result, out failure))
            return failure;
        if (!result.IsDone)
            return new VendorFailure(FailureKind.Conflict, $"Total Synergy did not set the status '{wanted}' of the project.");
        // The answer names the status; reading the project and its stages again would cost two calls of few.
        return result.Name is { } name
            ? new Record(projectId, FieldSet.Of(("statusName", FieldValue.Of(name))))
            : (await ProgressAsync(connection, projectId, null, cancellation)).AfterWrite();
    }

    /// <summary>Reads a record back where the answer to a write holds no more than its id.</summary>
    private async Task<VendorResult<Record>> CompleteAsync(
        ConnectionScope connection, string kind, VendorResult<Record> written, CancellationToken cancellation) =>
        written.TryGet(out var record, out var failure)
            ? record.Fields.IsEmpty ? (await GetAsync(connection, kind, record.Id, cancellation)).AfterWrite() : record
            : failure;

    private static JsonObject Merge(JsonObject whole, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject inner && whole[name] is JsonObject old)
                Merge(old, inner);
            else
                whole[name] = value?.DeepClone();
        }

        return whole;
    }

    private static JsonNode IdNode(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(id);

    private VendorFailure? Refuse(ConnectionScope connection, string kind)
    {
        if (!Catalog.HasKind(kind))
            return new VendorFailure(FailureKind.Permanent, $"Total Synergy has no kind '{kind}'.");
        return VendorCall.IsSegment(Setting(connection, "organisation"))
            ? null
            : new VendorFailure(FailureKind.Misconfigured, "The organisation in Total Synergy is not set.");
    }

    private static VendorFailure NoSuch(string kind) => new(FailureKind.NotFound, $"Total Synergy has no such record of {kind}.");

    private VendorCall RecordCall(HttpMethod method, ConnectionScope connection, string kind, string id) =>
        new(method, Setting(connection, "apiBase"), $"{PathOf(connection, kind)}/{id}") { IsRecord = true, About = (kind, id) };

    private string PathOf(ConnectionScope connection, string kind)
    {
        var resource = kind switch
        {
            Projects => "Projects",
            Companies or Personnel => "Contacts",
            Staff => "Staff",
            Stages => "Stages",
            _ => "ProjectStatus",
        };
        return $"Organisation/{Setting(connection, "organisation")}/{resource}";
    }

    private string Setting(ConnectionScope connection, string name) => Catalog.Setting(connection.Settings, name);

    private Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        pipeline.SendAsync(Dialect, connection, call, read, cancellation);

    /// <summary>Where a walk through a list stands.</summary>
    /// <param name="Index">Where it stands within the list, or within the list of one status type.</param>
    private sealed record Walk(IndexWalk Index)
    {
        public static Walk From(int pageSize) => new(new IndexWalk(pageSize));

        /// <summary>Status types to walk one after the other.</summary>
        public ImmutableArray<string> Types { get; init; } = [];

        /// <summary>Which of <see cref="Types"/> is being walked.</summary>
        public int Type { get; init; }

        /// <summary>The list has shown what a list of active projects alone would not, or the search has found something.</summary>
        public bool IsComplete { get; init; }

        public Walk? NextType(int pageSize, bool isSearch) =>
            Type + 1 < Types.Length && !(isSearch && IsComplete) ? this with { Index = new IndexWalk(pageSize), Type = Type + 1 } : null;
    }
}
