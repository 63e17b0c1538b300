using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Synergy;

/// <summary>The vendor's v2 data paths.</summary>
internal static class Api
{
    private const string EditProjects = "Edit projects";
    private const string EditContacts = "Edit contacts";
    private const string ViewStaff = "View staff";

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var organisations = routes.MapGroup("api/v2/Organisation").Guard(system, Auth.Token);
        organisations.MapGet("", (HttpContext http) => SimJson.Of(200, new[] { Organisation(http.Caller().Account) }));
        organisations.MapGet("MySlug", (HttpContext http) => SimJson.Of(200, Organisation(http.Caller().Account)));

        var data = organisations.MapGroup("{slug}").AddEndpointFilter(async (context, next) =>
            string.Equals(context.HttpContext.GetRouteValue("slug") as string, context.HttpContext.Caller().Account.Slug, StringComparison.OrdinalIgnoreCase)
                ? await next(context)
                : system.Definition.Error(404, "The organisation was not found."));

        data.MapGet("Projects", (HttpContext http) => ListProjects(http, system));
        data.MapGet("Projects/{id:long}", (HttpContext http, long id) => Get(http, system, [Kinds.Projects], id));
        data.MapPost("Projects", (HttpRequest request) => WriteAsync(request, system, (http, body) => Create(http, system, Kinds.Projects, body))).Needs(EditProjects);
        data.MapMethods("Projects/{id:long}", ["PUT", "PATCH"], (HttpRequest request, long id) =>
            WriteAsync(request, system, (http, body) => Update(http, system, [Kinds.Projects], id, body))).Needs(EditProjects);
        data.MapDelete("Projects/{id:long}", (HttpContext http, long id) => Delete(http, system, [Kinds.Projects], id)).Needs(EditProjects);

        data.MapGet("ProjectStatus", (HttpContext http) => ListStatuses(http, system));
        data.MapPost("ProjectStatus/Update", (HttpRequest request) => WriteAsync(request, system, (http, body) => UpdateStatus(http, system, body))).Needs(EditProjects);

        data.MapGet("Contacts", (HttpContext http) => ListContacts(http, system));
        data.MapGet("Contacts/{id:long}", (HttpContext http, long id) => Get(http, system, [.. Kinds.Contacts, Kinds.Staff], id));
        data.MapPost("Contacts", (HttpRequest request) => WriteAsync(request, system, (http, body) => CreateContact(http, system, body))).Needs(EditContacts);
        data.MapMethods("Contacts/{id:long}", ["PUT", "PATCH"], (HttpRequest request, long id) =>
            WriteAsync(request, system, (http, body) => Update(http, system, Kinds.Contacts, id, body))).Needs(EditContacts);
        data.MapDelete("Contacts/{id:long}", (HttpContext http, long id) => Delete(http, system, Kinds.Contacts, id)).Needs(EditContacts);

        data.MapGet("Staff", (HttpContext http) => ListStaff(http, system)).Needs(ViewStaff);
        data.MapGet("Staff/{id:long}", (HttpContext http, long id) => Get(http, system, [Kinds.Staff], id)).Needs(ViewStaff);

        data.MapGet("Stages", (HttpContext http) => ListStages(http, system));
    }

    private static object Organisation(SimAccount account) => new { Id = Kinds.Organisation(account), account.Name, account.Slug };

    private static IResult ListProjects(HttpContext http, SimSystem system)
    {
        var criteria = new Criteria(http.Request.Query, system);
        var account = http.Caller().Account;
        var where = new List<Func<SimRecord, bool>>();
        AddCommon(criteria, where);
        var number = criteria.Text("projectNumber") ?? criteria.Text("number");
        var type = criteria.Number("StatusTypeId");
        if (type is { } wanted)
            where.Add(project => account.Find([Kinds.Statuses], project["statusId"])?["statusTypeId"] is long id && id == wanted);
        if (criteria.Number("ManagerId") is { } manager)
            where.Add(project => project["managerId"] is long id && id == manager);
        if (criteria.Flag("IsDefault") is { } isDefault)
            where.Add(project => project["isDefault"] is bool flag && flag == isDefault);
        // A search by number finds active projects only, unless a status type is named.
        if (number is not null && type is null && criteria.Flag("IsActive") is null)
            where.Add(project => project["isActive"] is true);
        return List(criteria, account, where, number is null ? null : ("number", number), Kinds.Projects);
    }

    private static IResult ListStatuses(HttpContext http, SimSystem system)
    {
        var criteria = new Criteria(http.Request.Query, system);
        var where = new List<Func<SimRecord, bool>>();
        switch (criteria.Number("ActiveId"))
        {
            case null or 2: break;
            case 0: where.Add(status => status["isActive"] is false); break;
            case 1: where.Add(status => status["isActive"] is true); break;
            default: criteria.Problems.Add(new SimProblem("criteria.ActiveId", "The field ActiveId must be 0, 1 or 2.")); break;
        }

        if (criteria.Text("Search") is { } words)
            where.Add(status => ((string)status["name"]!).Contains(words, StringComparison.OrdinalIgnoreCase));
        return List(criteria, http.Caller().Account, where, null, Kinds.Statuses);
    }

    private static IResult ListContacts(HttpContext http, SimSystem system)
    {
        var criteria = new Criteria(http.Request.Query, system);
        var where = new List<Func<SimRecord, bool>>();
        AddCommon(criteria, where);
        (string Kind, bool? Show)[] shown =
        [
            (Kinds.Companies, criteria.Flag("ShowCompany")),
            (Kinds.Individuals, criteria.Flag("ShowIndividual")),
            (Kinds.Personnel, criteria.Flag("ShowPersonnel")),
            (Kinds.Staff, criteria.Flag("ShowStaff")),
        ];
        // Naming one kind leaves the others out; naming none shows all contacts, and staff only on request.
        var kinds = shown.Any(kind => kind.Show == true)
            ? shown.Where(kind => kind.Show == true)
            : shown.Where(kind => kind.Show is null && kind.Kind != Kinds.Staff);
        return List(criteria, http.Caller().Account, where, null, [.. kinds.Select(kind => kind.Kind)]);
    }

    private static IResult ListStaff(HttpContext http, SimSystem system)
    {
        var criteria = new Criteria(http.Request.Query, system);
        var where = new List<Func<SimRecord, bool>>();
        AddCommon(criteria, where);
        if (criteria.Flag("ExcludeNoEmails") == true)
            where.Add(person => person["email"] is string { Length: > 0 });
        if (criteria.Flag("CanBeAManager") is { } manager)
            where.Add(person => person["canBeAManager"] is bool flag && flag == manager);
        if (criteria.Flag("IsDefault") is { } isDefault)
            where.Add(person => person["isDefault"] is bool flag && flag == isDefault);
        return BareList(criteria, http.Caller().Account, where, null, Kinds.Staff);
    }

    private static IResult ListStages(HttpContext http, SimSystem system)
    {
        var criteria = new Criteria(http.Request.Query, system);
        if (criteria.Number("ProjectId") is not { } project)
        {
            criteria.Problems.Add(new SimProblem("criteria.ProjectId", "The ProjectId field is required."));
            return Invalid(criteria.Problems);
        }

        var account = http.Caller().Account;
        lock (account.Gate)
        {
            if (account.FindVisible([Kinds.Projects], project.ToString()) is null)
                return system.Definition.Error(404, "Project not found.");
        }

        return BareList(criteria, account, [], ("projectId", project), Kinds.Stages);
    }

    private static void AddCommon(Criteria criteria, List<Func<SimRecord, bool>> where)
    {
        if (criteria.Number("id") is { } id)
            where.Add(record => record.Number == id);
        if (criteria.Flag("IsActive") is { } active)
            where.Add(record => record["isActive"] is bool flag && flag == active);
        if (criteria.Time("CreatedDate") is { } created)
            where.Add(record => record.Created >= created);
    }

    private static IResult List(Criteria criteria, SimAccount account, List<Func<SimRecord, bool>> where, (string, object)? equal, params string[] kinds)
    {
        var (page, size) = criteria.Paging();
        var query = Query(criteria, where, equal, kinds[0]) with { Start = (page - 1) * size, Take = size };
        if (criteria.Problems.Count > 0)
            return Invalid(criteria.Problems);
        lock (account.Gate)
        {
            var found = query.Run(account, [.. kinds.Select(account.Table)]);
            var pages = (found.Total + size - 1) / size;
            return SimJson.Write(200, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("totalItems", found.Total);
                json.WriteNumber("currentPage", page);
                json.WriteNumber("pageSize", size);
                json.WriteNumber("totalPages", pages);
                json.WriteBoolean("hasNext", page < pages);
                json.WriteNull("criteria");
                json.WriteStartArray("items");
                foreach (var record in found.Items)
                    Write(json, account, record, kinds);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
    }

    /// <summary>Staff and stages come without an envelope, whole unless a page is asked for.</summary>
    private static IResult BareList(Criteria criteria, SimAccount account, List<Func<SimRecord, bool>> where, (string, object)? equal, string kind)
    {
        var (page, size) = criteria.Paging();
        var paged = criteria.Number("pageSize") is not null || criteria.Number("page") is not null;
        var query = Query(criteria, where, equal, kind) with { Start = paged ? (page - 1) * size : 0, Take = paged ? size : int.MaxValue };
        if (criteria.Problems.Count > 0)
            return Invalid(criteria.Problems);
        lock (account.Gate)
            return SimJson.Write(200, json => SimJson.WriteArray(json, account, query.Run(account, account.Table(kind)).Items));
    }

    private static SimQuery Query(Criteria criteria, List<Func<SimRecord, bool>> where, (string, object)? equal, string kind)
    {
        var (orderBy, descending) = criteria.Sort(Kinds.Kind(kind).ModifiedField is null ? "id" : "updatedDate");
        return new SimQuery { ModifiedFrom = criteria.Time("UpdatedDate"), Where = where, Equal = equal, OrderBy = orderBy, Descending = descending };
    }

    private static IResult Get(HttpContext http, SimSystem system, string[] kinds, long id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            return account.FindVisible(kinds, id.ToString()) is { } record
                ? SimJson.Write(200, json => Write(json, account, record, kinds))
                : NotFound(system, kinds);
        }
    }

    private static void Write(Utf8JsonWriter json, SimAccount account, SimRecord record, string[] asked)
    {
        if (record.Kind.Name == Kinds.Staff && asked is not [Kinds.Staff])
            Kinds.StaffAsContact.Write(json, account, record, record.Values);
        else
            SimJson.WriteRecord(json, account, record);
    }

    private static IResult CreateContact(HttpContext http, SimSystem system, JsonElement body)
    {
        // The documents do not say how a new contact's type is given: by number or by name is taken.
        var type = body.TryGetProperty("contactTypeId", out var id) ? id : body.TryGetProperty("contactType", out var name) ? name : default;
        var kind = type.ToString() switch
        {
            "1" or "Company" => Kinds.Companies,
            "2" or "Individual" => Kinds.Individuals,
            "3" or "Personnel" => Kinds.Personnel,
            _ => null,
        };
        return kind is null
            ? Invalid([new SimProblem("contactTypeId", "The contactTypeId field must be 1 (Company), 2 (Individual) or 3 (Personnel).")])
            : Create(http, system, kind, body);
    }

    private static IResult Create(HttpContext http, SimSystem system, string kind, JsonElement body)
    {
        var account = http.Caller().Account;
        return Written(system, account, 201, account.Create(system.Kind(kind)!, body), [kind]);
    }

    private static IResult Update(HttpContext http, SimSystem system, string[] kinds, long id, JsonElement body)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            if (account.Find(kinds, id) is not { } record)
                return NotFound(system, kinds);
            if (body.TryGetProperty("contactTypeId", out var type) && type.ToString() != TypeOf(record, account))
                return Invalid([new SimProblem("contactTypeId", "A contact cannot change its type.")]);
            return Written(system, account, 200, account.Update(record.Kind, record.Id, body), kinds);
        }
    }

    private static string? TypeOf(SimRecord record, SimAccount account) =>
        record.Kind.Shape.Find("contactTypeId") is { } field ? record.Kind.Shape.Value(field, account, record, record.Values)?.ToString() : null;

    private static IResult Delete(HttpContext http, SimSystem system, string[] kinds, long id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            return account.Find(kinds, id) is { } record && account.Delete(record.Kind, record.Id)
                ? Results.NoContent()
                : NotFound(system, kinds);
        }
    }

    /// <summary>The one documented write: sets the status of a project and of the stages that are named.</summary>
    private static IResult UpdateStatus(HttpContext http, SimSystem system, JsonElement body)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            var problems = new List<SimProblem>();
            var project = Referenced(account, body, "projectId", Kinds.Projects, problems);
            var status = Referenced(account, body, "newStatusId", Kinds.Statuses, problems);
            var stages = Stages(account, body, project, problems);
            if (problems.Count > 0 || project is null || status is null)
                return Invalid(problems);

            foreach (var record in stages.Prepend(project))
                account.Set(record, "statusId", status.Number);
            object Changed(SimRecord record, string type) => new
            {
                Id = record.Number,
                Type = type,
                StatusId = status.Number,
                StatusTypeId = status["statusTypeId"],
                StatusName = status["name"],
            };
            return SimJson.Of(200, new
            {
                Success = true,
                ProjectResults = Array.Empty<string>(),
                StageResults = Array.Empty<string>(),
                Project = Changed(project, "Project"),
                Stages = stages.Select(stage => Changed(stage, "Stage")),
            });
        }
    }

    private static SimRecord? Referenced(SimAccount account, JsonElement body, string field, string kind, List<SimProblem> problems)
    {
        var record = body.TryGetProperty(field, out var id) && id.ValueKind == JsonValueKind.Number ? account.Find([kind], id.ToString()) : null;
        if (record is null)
            problems.Add(new SimProblem(field, $"The field {field} must name an existing record."));
        return record;
    }

    private static List<SimRecord> Stages(SimAccount account, JsonElement body, SimRecord? project, List<SimProblem> problems)
    {
        var stages = new List<SimRecord>();
        if (!body.TryGetProperty("stageIds", out var ids) || ids.ValueKind == JsonValueKind.Null)
            return stages;
        foreach (var id in ids.ValueKind == JsonValueKind.Array ? ids.EnumerateArray().ToArray() : [ids])
        {
            if (account.Find([Kinds.Stages], id.ToString()) is { } stage && Equals(stage["projectId"], project?.Number))
                stages.Add(stage);
            else
                problems.Add(new SimProblem("stageIds", $"Stage {id} is not part of the project."));
        }

        return stages;
    }

    private static async Task<IResult> WriteAsync(HttpRequest request, SimSystem system, Func<HttpContext, JsonElement, IResult> write) =>
        await SimJson.ReadAsync(request) is { ValueKind: JsonValueKind.Object } body
            ? write(request.HttpContext, body)
            : system.Definition.Error(400, "The request body must be a JSON object.");

    private static IResult Written(SimSystem system, SimAccount account, int status, SimOutcome outcome, string[] kinds) => outcome switch
    {
        { Record: { } record } => SimJson.Record(status, account, record),
        { NotFound: true } => NotFound(system, kinds),
        _ => Invalid(outcome.Problems),
    };

    private static IResult NotFound(SimSystem system, string[] kinds) =>
        system.Definition.Error(404, kinds switch { [Kinds.Projects] => "Project not found.", [Kinds.Staff] => "Staff not found.", _ => "Contact not found." });

    private static SimJson Invalid(IReadOnlyList<SimProblem> problems) => SimJson.Of(400, new
    {
        Message = string.Join(" ", problems.Select(problem => problem.Message)),
        ModelState = problems.GroupBy(problem => problem.Field).ToDictionary(group => group.Key, group => group.Select(problem => problem.Message).ToArray()),
    });
}
