using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>The vendor's v2 paths.</summary>
internal static class Api
{
    private const string AccountAdmin = "account_admin";

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var v2 = routes.MapGroup("v2").Guard(system, Auth.Token);
        v2.MapGet("me", (HttpContext http) => Me(http.Caller(), system));
        v2.MapGet("pipeline_stages", (HttpContext http) => List(http, system.Kind(Kinds.PipelineStages)!));
        v2.MapGet("pipeline_stages/{id:long}", (HttpContext http, long id) => Get(http, system, system.Kind(Kinds.PipelineStages)!, id));
        foreach (var name in new[] { Kinds.Projects, Kinds.Companies, Kinds.Contacts, Kinds.TeamMembers })
        {
            var kind = system.Kind(name)!;
            var list = v2.MapGet(name, (HttpContext http) => List(http, kind));
            var get = v2.MapGet($"{name}/{{id:long}}", (HttpContext http, long id) => Get(http, system, kind, id));
            if (name == Kinds.TeamMembers)
            {
                list.Needs(AccountAdmin);
                get.Needs(AccountAdmin);
            }

            v2.MapPost(name, (HttpRequest request) => WriteAsync(request, system, kind, 201, (account, body) => account.Create(kind, body))).Needs(AccountAdmin);
            v2.MapPatch($"{name}/{{id:long}}", (HttpRequest request, long id) =>
                WriteAsync(request, system, kind, 200, (account, body) => account.Update(kind, id.ToString(), body))).Needs(AccountAdmin);
            v2.MapDelete($"{name}/{{id:long}}", (HttpContext http, long id) =>
                http.Caller().Account.Delete(kind, id.ToString()) ? Results.NoContent() : NotFound(system, kind)).Needs(AccountAdmin);
        }
    }

    private static SimJson Me(SimCaller caller, SimSystem system)
    {
        var account = caller.Account;
        var email = caller.User.Email(account.Slug);
        lock (account.Gate)
        {
            var members = account.Table(Kinds.TeamMembers);
            var member = members.Truth.WithValue(members.Kind.Shape.Slot("email_address"), email) is [var found, ..] ? found : null;
            return SimJson.Of(200, new Dictionary<string, object?>
            {
                ["id"] = member?.Number,
                ["name"] = member is null ? caller.User.Name : $"{member["first_name"]} {member["last_name"]}".Trim(),
                ["first_name"] = member?["first_name"],
                ["last_name"] = member?["last_name"],
                ["email_address"] = email,
                ["account_admin"] = caller.User.IsAdmin,
                ["account"] = new { account.Slug, account.Name },
            });
        }
    }

    private static IResult List(HttpContext http, SimKind kind)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            var (query, problems) = Filters.Read(http.Request.Query, account, kind);
            if (problems.Count > 0)
                return Invalid(problems);
            var page = query.Run(account, account.Table(kind.Name));
            http.Response.Headers["X-Total-Count"] = page.Total.ToString();
            return SimJson.Write(200, json => SimJson.WriteArray(json, account, page.Items));
        }
    }

    private static IResult Get(HttpContext http, SimSystem system, SimKind kind, long id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
            return account.FindVisible([kind.Name], id.ToString()) is { } record ? SimJson.Record(200, account, record) : NotFound(system, kind);
    }

    private static async Task<IResult> WriteAsync(
        HttpRequest request, SimSystem system, SimKind kind, int status, Func<SimAccount, JsonElement, SimOutcome> write)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body)
            return system.Definition.Error(400, "The request body must be a JSON object.");
        var account = request.HttpContext.Caller().Account;
        return write(account, body) switch
        {
            { Record: { } record } => SimJson.Record(status, account, record),
            { NotFound: true } => NotFound(system, kind),
            var outcome => Invalid(outcome.Problems),
        };
    }

    private static IResult NotFound(SimSystem system, SimKind kind) => system.Definition.Error(404, kind.Name switch
    {
        Kinds.Projects => "Project not found.",
        Kinds.Companies => "Company not found.",
        Kinds.Contacts => "Contact not found.",
        Kinds.TeamMembers => "Team member not found.",
        _ => "Pipeline stage not found.",
    });

    private static SimJson Invalid(IReadOnlyList<SimProblem> problems) => SimJson.Of(400, new
    {
        Message = string.Join(" ", problems.Select(problem => problem.Message)),
        Errors = problems.GroupBy(problem => problem.Field).ToDictionary(group => group.Key, group => group.Select(problem => problem.Message).ToArray()),
    });
}
