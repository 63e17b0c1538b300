using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>The paths below <c>3.0</c>.</summary>
internal static class Api
{
    private const string Manage = "manage contacts";

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var api = routes.MapGroup("3.0").Limit(system).Guard(system, Auth.Token);
        api.MapGet("", (HttpContext http) => Root(http.Caller()));
        api.MapGet("ping", () => SimJson.Of(200, new Dictionary<string, object> { ["health_status"] = "Everything's Chimpy!" }));
        api.MapGet("lists", (HttpContext http) => Audiences(http));
        api.MapGet("lists/{list}", (HttpContext http, string list) => In(http, list, (account, found) => SimJson.Of(200, Audience(account, found))));
        api.MapPost("lists/{list}", (HttpRequest request, string list) => WithBody(request, list, (account, found, body) => Bulk.Write(account, found, body, SkipsChecks(request)))).Needs(Manage);
        api.MapGet("lists/{list}/members", (HttpContext http, string list) => In(http, list, (account, found) => Members.Page(account, found, http.Request.Query)));
        api.MapPost("lists/{list}/members", (HttpRequest request, string list) => WithBody(request, list, (account, found, body) => Members.Create(account, found, body, SkipsChecks(request)))).Needs(Manage);
        api.MapGet("lists/{list}/members/{name}", (HttpContext http, string list, string name) =>
            With(http, list, name, (account, found, member) => SimJson.Of(200, Members.Json(account, found, member))));
        api.MapPut("lists/{list}/members/{name}", (HttpRequest request, string list, string name) =>
            WithBody(request, list, (account, found, body) => Members.Put(account, found, name, body, SkipsChecks(request)))).Needs(Manage);
        api.MapPatch("lists/{list}/members/{name}", (HttpRequest request, string list, string name) =>
            WithBody(request, list, (account, found, body) => Members.Find(account, found, name) is { } member ? Members.Change(account, found, member, body, SkipsChecks(request)) : NotFound())).Needs(Manage);
        api.MapDelete("lists/{list}/members/{name}", (HttpContext http, string list, string name) =>
            With(http, list, name, (account, _, member) => Members.Archive(account, member))).Needs(Manage);
        api.MapPost("lists/{list}/members/{name}/actions/delete-permanent", (HttpContext http, string list, string name) =>
            With(http, list, name, (account, found, member) => Members.Forget(account, found, member))).Needs(Manage);
        api.MapGet("lists/{list}/members/{name}/tags", (HttpContext http, string list, string name) => With(http, list, name, (_, _, member) => Members.Tags(member, http.Request.Query)));
        api.MapPost("lists/{list}/members/{name}/tags", (HttpRequest request, string list, string name) =>
            WithBody(request, list, (account, found, body) => Members.Find(account, found, name) is { } member ? Members.Tag(account, member, body) : NotFound())).Needs(Manage);
        api.MapPost("lists/{list}/members/{name}/notes", (HttpRequest request, string list, string name) =>
            WithBody(request, list, (account, found, body) => Members.Find(account, found, name) is { } member ? Members.Note(account, member, body) : NotFound())).Needs(Manage);
        api.MapGet("search-members", (HttpContext http) => Search(http));
        api.MapGet("lists/{list}/merge-fields", (HttpContext http, string list) => In(http, list, (account, found) => MergeFields(account, found, http.Request.Query)));
        api.MapPost("lists/{list}/merge-fields", (HttpRequest request, string list) => WithBody(request, list, AddMergeField)).Needs(Manage);
        Hooks.Map(api, system);
        api.MapFallback("{**rest}", NotFound);
    }

    public static IResult NotFound() => Problem.Of(404, "The requested resource could not be found.");

    public static IResult In(HttpContext http, string list, Func<SimAccount, SimRecord, IResult> act)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            Kinds.MainList(account);
            return account.Find([Kinds.Lists], list) is { } found ? act(account, found) : NotFound();
        }
    }

    public static async Task<IResult> WithBody(HttpRequest request, string list, Func<SimAccount, SimRecord, JsonElement, IResult> act) =>
        await SimJson.ReadAsync(request) is { ValueKind: JsonValueKind.Object } body
            ? In(request.HttpContext, list, (account, found) => act(account, found, body))
            : Problem.Of(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.");

    public static (int Count, int Offset) Paging(SimSettings settings, IQueryCollection query) => (
        int.TryParse(query["count"], out var count) && count > 0 ? Math.Min(count, settings.MaxPageSize) : settings.DefaultPageSize,
        int.TryParse(query["offset"], out var offset) && offset > 0 ? offset : 0);

    private static bool SkipsChecks(HttpRequest request) => request.Query["skip_merge_validation"] == "true";

    private static IResult With(HttpContext http, string list, string name, Func<SimAccount, SimRecord, SimRecord, IResult> act) =>
        In(http, list, (account, found) => Members.Find(account, found, name) is { } member ? act(account, found, member) : NotFound());

    private static SimJson Root(SimCaller caller) => SimJson.Of(200, new Dictionary<string, object?>
    {
        ["account_id"] = caller.Account.Slug,
        ["login_id"] = caller.User.Key,
        ["account_name"] = caller.Account.Name,
        ["email"] = caller.User.Email(caller.Account.Slug),
        ["username"] = caller.User.Name,
        ["role"] = Auth.Role(caller.User),
    });

    private static SimJson Audiences(HttpContext http)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            Kinds.MainList(account);
            var all = account.Table(Kinds.Lists).Truth.ByNumber;
            var (count, offset) = Paging(account.System.Settings, http.Request.Query);
            return SimJson.Of(200, new Dictionary<string, object> { ["lists"] = all.Skip(offset).Take(count).Select(list => Audience(account, list)).ToArray(), ["total_items"] = all.Count });
        }
    }

    private static Dictionary<string, object?> Audience(SimAccount account, SimRecord list) => new()
    {
        ["id"] = list.Id,
        ["name"] = list["name"],
        ["date_created"] = account.System.Format.Time(list.Created),
        ["stats"] = new Dictionary<string, object> { ["member_count"] = Kinds.In(account, Kinds.Members, list).Count(member => member["archived"] is not true && Equals(member["status"], "subscribed")) },
    };

    private static IResult Search(HttpContext http)
    {
        var words = http.Request.Query["query"].ToString();
        return In(http, http.Request.Query["list_id"].ToString(), (account, list) =>
        {
            var exact = Kinds.In(account, Kinds.Members, list).Where(member => string.Equals(member["email_address"] as string, words, StringComparison.OrdinalIgnoreCase)).ToArray();
            return SimJson.Of(200, new Dictionary<string, object>
            {
                ["exact_matches"] = new Dictionary<string, object> { ["members"] = exact.Select(member => Members.Json(account, list, member)).ToArray(), ["total_items"] = exact.Length },
            });
        });
    }

    private static SimJson MergeFields(SimAccount account, SimRecord list, IQueryCollection query)
    {
        var (count, offset) = Paging(account.System.Settings, query);
        var all = Kinds.In(account, Kinds.MergeFields, list);
        return SimJson.Of(200, new Dictionary<string, object> { ["merge_fields"] = all.Skip(offset).Take(count).Select(View).ToArray(), ["list_id"] = list.Id, ["total_items"] = all.Length });
    }

    private static IResult AddMergeField(SimAccount account, SimRecord list, JsonElement body)
    {
        var given = JsonObject.Create(body)!;
        given["list_id"] = list.Id;
        var outcome = account.Create(account.System.Kind(Kinds.MergeFields)!, given.Deserialize<JsonElement>(), by: "api");
        return outcome.Record is { } made ? SimJson.Of(200, View(made)) : Problem.Invalid(outcome.Problems);
    }

    private static Dictionary<string, object?> View(SimRecord field) => new()
    {
        ["merge_id"] = field.Number,
        ["tag"] = field["tag"],
        ["name"] = field["name"],
        ["type"] = field["type"],
        ["required"] = field["required"],
        ["list_id"] = field["list_id"],
    };
}
