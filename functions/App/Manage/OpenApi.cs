using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>The management API as an OpenAPI document. Addresses, methods and bodies are taken from the functions themselves.</summary>
public static partial class OpenApi
{
    public const string Prefix = "manage/v1/";

    private const string FlowKeyScheme = "flowKey";

    /// <summary>What the functions that read something answer, and the parameters that their queries may have.</summary>
    private static readonly ImmutableDictionary<string, (Type Answer, string Query)> Reads = new Dictionary<string, (Type, string)>
    {
        [nameof(ListTenants)] = (typeof(ListView<TenantView>), ""),
        [nameof(GetTenant)] = (typeof(TenantView), ""),
        [nameof(ListConnections)] = (typeof(ListView<ConnectionView>), ""),
        [nameof(GetConnection)] = (typeof(ConnectionView), ""),
        [nameof(ListApiCalls)] = (typeof(ListView<ApiCallView>), "connection continuation limit project"),
        [nameof(ListFlows)] = (typeof(ListView<FlowView>), ""),
        [nameof(GetFlow)] = (typeof(FlowView), ""),
        [nameof(GetFlowFields)] = (typeof(ListView<KindFields>), ""),
        [nameof(GetFlowStatus)] = (typeof(FlowStatusView), ""),
        [nameof(ListRuns)] = (typeof(ListView<RunView>), "continuation limit"),
        [nameof(GetRun)] = (typeof(RunView), ""),
        [nameof(GetRunReport)] = (typeof(ListView<LogView>), "code continuation format kind limit"),
        [nameof(GetPlan)] = (typeof(ListView<PlanLineView>), "continuation format limit"),
        [nameof(ListLinks)] = (typeof(ListView<LinkView>), "continuation kind leftId limit rightId"),
        [nameof(GetLink)] = (typeof(LinkStatusView), ""),
        [nameof(GetLinkStory)] = (typeof(GetLinkStory.View), "continuation limit"),
        [nameof(GetDifferences)] = (typeof(DifferencesView), ""),
        [nameof(ListUnmatched)] = (typeof(ListView<UnmatchedRecord>), "continuation dismissed kind limit search side"),
        [nameof(ListConflicts)] = (typeof(ListView<ConflictView>), "continuation field kind limit link"),
        [nameof(ListWork)] = (typeof(ListView<WorkView>), "continuation kind limit reason"),
        [nameof(ListBrakes)] = (typeof(ListView<BrakeView>), ""),
        [nameof(ListLog)] = (typeof(ListView<LogView>), "code continuation kind level limit link project recordId run"),
        [nameof(ListProjects)] = (typeof(ProjectListView), "continuation groupBy limit search showArchived showDisabled sort"),
        [nameof(GetProject)] = (typeof(ProjectPanel), ""),
        [nameof(ListProjectLog)] = (typeof(ListView<ProjectLineView>), "continuation limit"),
        [nameof(ListStatusCategories)] = (typeof(ListView<KindCategories>), ""),
        [nameof(ListReferences)] = (typeof(ListView<ReferenceList>), ""),
        [nameof(ListSystems)] = (typeof(ListView<SystemView>), ""),
        [nameof(ListPairs)] = (typeof(ListView<PairView>), ""),
    }.ToImmutableDictionary();

    private static readonly Lazy<JsonNode> Made = new(Make);

    public static JsonNode Document => Made.Value;

    private static JsonNode Make()
    {
        Json.Options.MakeReadOnly(populateMissingResolver: true);
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var method in typeof(OpenApi).Assembly.GetTypes().SelectMany(type => type.GetMethods()))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } function
                || method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null) is not { Route: { } route, Methods: { } verbs }
                || !route.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            var path = $"/{route[Prefix.Length..]}";
            if (!paths.TryGetValue(path, out var item)) paths[path] = item = new JsonObject();
            foreach (var verb in verbs) item![verb] = Operation(function.Name, path, method.DeclaringType!, verb != "get" && verb != "delete");
        }

        paths[$"/{PostRecord.Route}"] = Records();

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "SyncFunctions: manage", ["version"] = "1", ["description"] = "Tenants, connections and flows: how they are set up, what they do, and how a person steers them. Every error is a problem of RFC 9457; a wrong method is answered with 404." },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = $"/api/{Prefix.TrimEnd('/')}" }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" },
                    [FlowKeyScheme] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = RecordsGate.Header },
                },
                ["responses"] = new JsonObject { ["problem"] = Answer("What is wrong, in words; errors point into the body.", new JsonObject { ["type"] = "object", ["required"] = new JsonArray("type", "title", "status", "detail") }, ProblemResult.MediaType) },
            },
        };
    }

    /// <summary>The one address that is for other systems: beside the management routes, and with a flow's own key.</summary>
    private static JsonObject Records()
    {
        var operation = Operation(nameof(PostRecord), $"/{PostRecord.Route}", typeof(RecordPost), hasBody: true);
        operation["security"] = new JsonArray(new JsonObject { [FlowKeyScheme] = new JsonArray() });
        operation["parameters"]!.AsArray().Add(Parameter("Idempotency-Key", "header"));
        operation["responses"]!["2XX"] = Answer("What became of the record; 202 where it is still being done.", Json.Options.GetJsonSchemaAsNode(typeof(RecordAnswer)), "application/json");
        operation["servers"] = new JsonArray(new JsonObject { ["url"] = "/api" });
        return new JsonObject { ["post"] = operation };
    }

    private static JsonObject Operation(string name, string path, Type declaring, bool hasBody)
    {
        var (answer, query) = Reads.TryGetValue(name, out var read) ? read : (null, "");
        var operation = new JsonObject
        {
            ["operationId"] = name,
            ["summary"] = Word().Replace(name, match => match.Index == 0 ? match.Value : $" {match.Value.ToLowerInvariant()}"),
            ["parameters"] = new JsonArray([
                .. Placeholder().Matches(path).Select(match => Parameter(match.Groups["name"].Value, "path")),
                .. query.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(parameter => Parameter(parameter, "query")),
            ]),
            ["responses"] = new JsonObject
            {
                ["2XX"] = Answer("Done.", answer is null ? null : Json.Options.GetJsonSchemaAsNode(answer), "application/json"),
                ["4XX"] = new JsonObject { ["$ref"] = "#/components/responses/problem" },
                ["5XX"] = new JsonObject { ["$ref"] = "#/components/responses/problem" },
            },
        };
        var body = name is nameof(DismissUnmatched) or nameof(OfferUnmatched) ? typeof(NamedRecord) : declaring.GetNestedType("Body");
        if (hasBody && body is not null) operation["requestBody"] = new JsonObject { ["content"] = Content(Json.Options.GetJsonSchemaAsNode(body), "application/json") };
        return operation;
    }

    private static JsonObject Parameter(string name, string place) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = name switch
        {
            "side" => OneOf<Engine.Side>(),
            "reason" => OneOf<WorkReason>(),
            "level" => OneOf<LogSeverity>(),
            "limit" => new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Query.MaxLimit },
            "groupBy" => new JsonObject { ["enum"] = new JsonArray("board") },
            "dismissed" or "showArchived" or "showDisabled" => new JsonObject { ["type"] = "boolean" },
            _ => new JsonObject { ["type"] = "string" },
        },
    };

    private static JsonObject OneOf<T>()
        where T : struct, Enum => new() { ["enum"] = new JsonArray([.. Enum.GetValues<T>().Select(Json.ToNode)]) };

    private static JsonObject Answer(string description, JsonNode? schema, string type) =>
        schema is null ? new() { ["description"] = description } : new() { ["description"] = description, ["content"] = Content(schema, type) };

    private static JsonObject Content(JsonNode schema, string type) => new() { [type] = new JsonObject { ["schema"] = schema } };

    [GeneratedRegex("[A-Z][a-z]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("{(?<name>[a-zA-Z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
