using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Contract;

/// <summary>The whole HTTP interface as an OpenAPI document, made of what the functions say of themselves.</summary>
public static partial class OpenApi
{
    public const string Prefix = "manage/v1/";

    private const string OperatorKey = "operatorKey";
    private const string ApiKey = "apiKey";
    private const string Session = "session";
    private const string FlowKey = "flowKey";

    private static readonly Lazy<JsonNode> Made = new(Make);

    public static JsonNode Document => Made.Value;

    private static JsonNode Make()
    {
        Json.Options.MakeReadOnly(populateMissingResolver: true);
        var schemas = new OpenApiSchemas();
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var route in Routes.All.Values)
        {
            var path = PathOf(route);
            if (!paths.TryGetValue(path, out var item)) paths[path] = item = new JsonObject();
            foreach (var method in route.Methods) item![method] = Operation(route, path, method, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "SyncFunctions",
                ["version"] = "1",
                ["description"] = "Tenants, connections and flows: how they are set up, what they do, and how a person steers them. Every error is a problem of RFC 9457, whose type leads to a page about it; a wrong method is answered with 404.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/api" }),
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = SecuritySchemes(),
                ["schemas"] = With(schemas.Components, "Problem", ProblemSchema()),
            },
        };
    }

    /// <summary>An address as a document of this kind writes it: without what the host alone understands.</summary>
    public static string PathOf(Route route) => $"/{Placeholder().Replace(route.Path, "{${name}}")}";

    private static JsonObject Operation(Route route, string path, string method, OpenApiSchemas schemas)
    {
        var type = route.Method.DeclaringType!;
        var isManaged = route.Path.StartsWith(Prefix, StringComparison.Ordinal);
        var tagged = route.Answers.Any(answer => answer.Tagged);
        var body = BodyOf(route, method);
        var parameters = new JsonArray([
            .. Placeholder().Matches(route.Path).Select(match => Parameter(match.Groups["name"].Value, "path")),
            .. route.Query.Select(name => Parameter(name, "query")),
        ]);
        if (tagged && method == "get") parameters.Add(Header("If-None-Match", "The ETag of an earlier answer: where nothing has changed since, the answer is a 304 without a body."));
        if (tagged && method is "patch" or "put") parameters.Add(Header("If-Match", "The ETag of what was read: where it has changed since, nothing is done."));
        if (TakesKey(route, method)) parameters.Add(Header("Idempotency-Key", "Whatever the caller likes, up to 255 characters: the same request with the same key is done once in 24 hours, and gets the same answer."));

        var operation = new JsonObject
        {
            ["operationId"] = method == "options" ? $"{route.Function}Options" : route.Function,
            ["tags"] = new JsonArray(TagOf(route)),
            ["summary"] = Word().Replace(route.Function, match => match.Index == 0 ? match.Value : $" {match.Value.ToLowerInvariant()}"),
            ["description"] = $"{CodeComments.Of(type)} {Access(route)}".Trim(),
            ["x-function"] = route.Function,
            ["security"] = Security(route),
            ["parameters"] = parameters,
        };
        if (route.Needs is { } needs)
        {
            operation["x-role"] = Json.ToNode(needs.Role);
            operation["x-act"] = Json.ToNode(needs.Act);
        }

        if (body is not null) operation["requestBody"] = new JsonObject { ["required"] = RequiresBody(body), ["content"] = Content(schemas.Of(body, SchemaUse.Request), "application/json") };
        operation["responses"] = Responses(route, method, isManaged, body is not null, tagged, schemas);
        return operation;
    }

    private static bool TakesKey(Route route, string method) => method == "post" && (route.Path.StartsWith(Prefix, StringComparison.Ordinal) || route.Function == nameof(PostRecord));

    private static Type? BodyOf(Route route, string method) => method is "get" or "delete" or "options" ? null : route.Takes?.Body ?? route.Method.DeclaringType!.GetNestedType("Body");

    private static bool RequiresBody(Type body) => body != typeof(RestoreConflict.Body) && body != typeof(RotateWebhook.Body);

    private static string Access(Route route) => route switch
    {
        { Open.Because: var because } => $"Open to anybody. What protects it: {because}",
        { Needs: { Act: Act.Read, Role: var role } } => $"Needs the role {Json.ToNode(role)}.",
        { Needs: { Act: var act, Role: var role } } => $"Needs the role {Json.ToNode(role)}, and groups that allow {Json.ToNode(act)}.",
        _ => "",
    };

    private static JsonArray Security(Route route)
    {
        string[] schemes = route switch
        {
            { Function: nameof(PostRecord) } => [FlowKey],
            { Open: not null } => [],
            { Needs.Role: Role.Operator } => [OperatorKey],
            _ => [OperatorKey, ApiKey, Session],
        };
        return [.. schemes.Select(scheme => new JsonObject { [scheme] = new JsonArray() })];
    }

    private static JsonObject SecuritySchemes() => new()
    {
        [OperatorKey] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = OperatorKeys.Header, ["description"] = "Of whoever runs the app." },
        [ApiKey] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A key of a tenant, for its machines." },
        [Session] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionCookie.Name(secure: true), ["description"] = "Of a person who has signed in. Requests that change something are taken from pages of the app alone." },
        [FlowKey] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = RecordsGate.Header, ["description"] = "Of one flow, for other systems that post records to it; also taken as a bearer token." },
    };

    private static JsonObject Responses(Route route, string method, bool isManaged, bool hasBody, bool tagged, OpenApiSchemas schemas)
    {
        var responses = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var answers in route.Answers.GroupBy(answer => answer.Status))
        {
            var content = new JsonObject();
            foreach (var media in answers.Where(answer => answer.MediaType is not null).GroupBy(answer => answer.MediaType!))
            {
                var types = media.Select(answer => answer.Body is { } body ? schemas.Of(body, SchemaUse.Answer) : new JsonObject { ["type"] = "string" }).ToList();
                content[media.Key] = new JsonObject { ["schema"] = types is [var only] ? only : new JsonObject { ["anyOf"] = new JsonArray([.. types]) } };
            }

            var response = new JsonObject { ["description"] = answers.Any(answer => answer.ShownOnce) ? "Done. The secret is shown this once." : Description(answers.Key) };
            if (answers.Any(answer => answer.Tagged)) response["headers"] = new JsonObject { ["ETag"] = new JsonObject { ["description"] = "The version of what is answered.", ["schema"] = new JsonObject { ["type"] = "string" } } };
            if (content.Count > 0) response["content"] = content;
            responses[answers.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }

        if (tagged && method == "get") responses["304"] = new JsonObject { ["description"] = "Nothing has changed." };
        foreach (var problems in Problems(route, method, isManaged, hasBody, tagged).Distinct().GroupBy(problem => problem.Status))
        {
            var response = new JsonObject
            {
                ["description"] = string.Join(" ", problems.Select(problem => $"{problem.Name}: {problem.Title}")),
                ["x-problems"] = new JsonArray([.. problems.Select(problem => (JsonNode)problem.Name)]),
                ["content"] = Content(new JsonObject { ["$ref"] = "#/components/schemas/Problem" }, ProblemResult.MediaType),
            };
            if (problems.Key is 409 or 429 or 503) response["headers"] = new JsonObject { ["Retry-After"] = new JsonObject { ["description"] = "Seconds, where it is known when to try again.", ["schema"] = new JsonObject { ["type"] = "integer" } } };
            var status = problems.Key.ToString(CultureInfo.InvariantCulture);

            // A page that says so to people.
            if (responses.TryGetValue(status, out var page)) page!["content"]![ProblemResult.MediaType] = response["content"]![ProblemResult.MediaType]!.DeepClone();
            else responses[status] = response;
        }

        responses["default"] = new JsonObject { ["description"] = ProblemType.Internal.Title, ["content"] = Content(new JsonObject { ["$ref"] = "#/components/schemas/Problem" }, ProblemResult.MediaType) };
        return new JsonObject(responses);
    }

    private static IEnumerable<ProblemType> Problems(Route route, string method, bool isManaged, bool hasBody, bool tagged)
    {
        if (route.Needs is not null) yield return ProblemType.SignInNeeded;
        if (route.Needs is not null) yield return ProblemType.NotAllowed;
        if (hasBody || isManaged) yield return ProblemType.InvalidRequest;
        if (hasBody) yield return ProblemType.BodyTooLarge;
        if (route.Path.Contains('{', StringComparison.Ordinal)) yield return ProblemType.NotFound;
        if (TakesKey(route, method)) yield return ProblemType.StillRunning;
        if (TakesKey(route, method)) yield return ProblemType.KeyReused;
        foreach (var own in route.Refuses?.Problems ?? [])
            yield return ProblemType.Find(own) ?? throw new InvalidOperationException($"{route.Function} refuses with {own}, which is no type of problem.");
    }

    private static string Description(int status) => status switch
    {
        StatusCodes.Status201Created => "Made.",
        StatusCodes.Status202Accepted => "Begun; it goes on after this answer.",
        StatusCodes.Status204NoContent => "Done; there is nothing more to say.",
        StatusCodes.Status302Found => "Somewhere else.",
        >= 400 => "A page that says what is wrong.",
        _ => "Done.",
    };

    private static JsonObject ProblemSchema() => new()
    {
        ["description"] = "What is wrong, in words (RFC 9457). Some types have further members.",
        ["type"] = "object",
        ["required"] = new JsonArray("type", "title", "status", "detail", "trace_id"),
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject { ["type"] = "string", ["format"] = "uri-reference", ["description"] = "Leads to a page that says what it means and what to do." },
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["detail"] = new JsonObject { ["type"] = "string" },
            ["trace_id"] = new JsonObject { ["type"] = "string", ["description"] = "The log tells more under it." },
            ["retry_after_seconds"] = new JsonObject { ["type"] = "integer" },
            ["errors"] = new JsonObject
            {
                ["type"] = "array",
                ["description"] = "What is wrong with parts of the body.",
                ["items"] = new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = new JsonArray("detail", "pointer"),
                    ["properties"] = new JsonObject { ["detail"] = new JsonObject { ["type"] = "string" }, ["pointer"] = new JsonObject { ["type"] = "string" } },
                },
            },
        },
        ["additionalProperties"] = true,
    };

    private static JsonObject Parameter(string name, string place) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = name switch
        {
            "side" => OneOf<Side>(),
            "reason" => OneOf<WorkReason>(),
            "level" => OneOf<LogSeverity>(),
            "state" => OneOf<LinkState>(),
            "delivery" => OneOf<DeliveryState>(),
            "by" => OneOf<ActivityStep>(),
            "limit" => new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Query.MaxLimit },
            "groupBy" => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("board") },
            "dismissed" or "effects" or "locked" or "showArchived" or "showDisabled" => new JsonObject { ["type"] = "boolean" },
            "from" or "to" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            _ => new JsonObject { ["type"] = "string" },
        },
    };

    private static JsonObject Header(string name, string description) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["required"] = false,
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject OneOf<T>()
        where T : struct, Enum => new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetValues<T>().Select(Json.ToNode)]) };

    /// <summary>What it is about: what stands last in the address before anything is named.</summary>
    private static string TagOf(Route route)
    {
        var path = route.Path;
        foreach (var root in new[] { $"{Prefix}tenants/{{tenant}}/flows/{{flow}}/", $"{Prefix}tenants/{{tenant}}/", Prefix })
        {
            if (path.StartsWith(root, StringComparison.Ordinal)) return path[root.Length..].Split('/')[0];
        }

        return path.Split('/')[0].Split('.')[0];
    }

    private static JsonObject Content(JsonNode schema, string type) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject With(JsonObject target, string name, JsonNode value)
    {
        target[name] = value;
        return target;
    }

    [GeneratedRegex("[A-Z][a-z]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"{\*?(?<name>[a-zA-Z]+)[^}]*}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
