using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Local;

namespace SyncFunctions.App.Tests.Contracts;

public sealed class OpenApiTests
{
    private static readonly Dictionary<string, string> Sources = new DirectoryInfo(Path.Combine(RepositoryRoot.Find(), "functions", "App")).GetFiles("*.cs", SearchOption.AllDirectories)
        .Where(file => !file.FullName.Contains("/obj/", StringComparison.Ordinal))
        .Select(file => (Name: Path.GetFileNameWithoutExtension(file.Name), Text: File.ReadAllText(file.FullName)))
        .Where(source => source.Text.Contains("[HttpTrigger", StringComparison.Ordinal))
        .ToDictionary(source => source.Name, source => source.Text);

    public static TheoryData<string> Functions => [.. Routes.All.Keys];

    [Fact]
    public void Document_HasEveryRouteOfTheApp_AndNoOther()
    {
        var told = OpenApi.Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}"));
        var there = Sources.Values.SelectMany(text => Regex.Matches(text, "HttpTrigger\\(AuthorizationLevel\\.\\w+, (?<methods>(\"\\w+\", )+)Route = (?<route>\\$?\"[^\"]+\"|[\\w.]+)\\)").SelectMany(trigger =>
            Regex.Matches(trigger.Groups["methods"].Value, "\\w+").Select(method => method.Value)));

        told.ShouldBe(Routes.All.Values.SelectMany(route => route.Methods.Select(method => $"{method} {OpenApi.PathOf(route)}")), ignoreOrder: true);
        there.Count().ShouldBe(told.Count());
        Sources.Keys.ShouldBe(Routes.All.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Document_ReadByAnother_IsOpenApi31WithoutMistakes()
    {
        var read = OpenApiDocument.Parse(OpenApi.Document.ToJsonString(), "json");

        read.Diagnostic!.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        read.Diagnostic.Errors.ShouldBeEmpty();
        read.Diagnostic.Warnings.ShouldBeEmpty();
        read.Document!.Paths.Count.ShouldBe(OpenApi.Document["paths"]!.AsObject().Count);
    }

    [Fact]
    public void Document_References_LeadSomewhereAndAllIsUsed()
    {
        var text = OpenApi.Document.ToJsonString();
        var used = Regex.Matches(text, "\"#/components/schemas/(?<name>[^\"]+)\"").Select(match => match.Groups["name"].Value).Distinct();

        used.ShouldBe(OpenApi.Document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_SaysWhatItReadsAnswersAndRefuses(string function)
    {
        var (route, text) = (Routes.All[function], Sources[function]);
        var asked = Regex.Matches(text, "request\\.(?:Text|Choice<\\w+>|Query\\[|Time)[(]?\"(?<name>\\w+)\"").Select(match => match.Groups["name"].Value)
            .Concat(text.Contains("request.Limit(", StringComparison.Ordinal) ? ["limit"] : [])
            .Distinct();
        route.Query.ShouldBe(asked, ignoreOrder: true);
        route.Answers.ShouldNotBeEmpty("[Answers] is missing.");

        var operation = OpenApi.Document["paths"]![OpenApi.PathOf(route)]![route.Methods[0]]!;
        (operation["requestBody"] is not null).ShouldBe(Regex.IsMatch(text, "JsonBody\\.(ReadAsync|Parse)<|RotateWebhook\\.SecretAsync|RecordWork work"));
        var refused = Regex.Matches(text, "\\(ProblemType\\.(?<field>\\w+),").Select(match => ((ProblemType)typeof(ProblemType).GetField(match.Groups["field"].Value)!.GetValue(null)!).Name);
        var told = operation["responses"]!.AsObject().SelectMany(response => response.Value!["x-problems"]?.AsArray().Select(name => name!.GetValue<string>()) ?? []).ToList();
        refused.Where(name => !told.Contains(name)).ShouldBeEmpty();
        if (route.Needs is { } needs) operation["x-role"]!.GetValue<string>().ShouldBe(Json.ToNode(needs.Role)!.GetValue<string>());

        // Some members are asked for only where others are missing.
        if (operation["requestBody"] is not null && !text.Contains("if (one)", StringComparison.Ordinal) && !text.Contains("[JsonExtensionData]", StringComparison.Ordinal))
        {
            var required = Regex.Matches(text, "\\.Require\\(\"#/(?<name>\\w+)\"").Select(match => match.Groups["name"].Value);
            required.Where(name => !Schema(operation)["required"]!.AsArray().Any(told => told!.GetValue<string>() == name)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void EveryList_ComesInPages()
    {
        var lists = from path in OpenApi.Document["paths"]!.AsObject()
                    let get = path.Value!["get"]
                    let answer = get?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
                    where answer is not null && Properties(answer).Contains("items")

                    // What is drawn over a time has an end.
                    where !Properties(answer).Contains("from")
                    select (path.Key, Get: get, Answer: answer);

        lists.Count().ShouldBeGreaterThan(25);
        foreach (var (path, get, answer) in lists)
        {
            Properties(answer).ShouldContain("continuation", path);
            get["parameters"]!.AsArray().Select(parameter => parameter!["name"]!.GetValue<string>()).Intersect(["continuation", "limit"]).Count().ShouldBe(2, path);
        }

        static IEnumerable<string> Properties(JsonNode schema) => Resolved(schema)["properties"]?.AsObject().Select(property => property.Key) ?? [];
    }

    [Fact]
    public void Bodies_OfRequests_RequireOnlyWhatMustBeThere()
    {
        var settings = OpenApi.Document["components"]!["schemas"]!["FlowSettingsPatch"]!;
        settings["required"].ShouldBeNull();
        settings["properties"]!["lockWindow"]!["type"]!.ToJsonString().ShouldBe("""["string","null"]""");

        var schemas = OpenApi.Document["components"]!["schemas"]!;
        schemas["CreateTenantBody"]!["required"]!.ToJsonString().ShouldBe("""["name"]""");
        schemas["PatchFlowBody"]!["required"].ShouldBeNull();
        schemas["CreateTenantBody"]!["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        schemas["FlowView"]!["required"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldContain("wentLiveAt");
        schemas["FlowView"]!["properties"]!["recordsApiSince"]!["description"]!.GetValue<string>().ShouldStartWith("Since when");
        OpenApi.Document["paths"]!["/manage/v1/tenants/{tenant}/flows/{flow}/unmatched"]!["get"]!["parameters"]!.AsArray().Single(parameter => parameter!["name"]!.GetValue<string>() == "side")!["schema"]!["enum"]!.ToJsonString().ShouldBe("""["left","right"]""");
    }

    [Fact]
    public void Query_WithAParameterThatIsNotKnown_IsRefusedWithThoseThatAre()
    {
        var route = Routes.All["ListLinks"];

        Should.Throw<ProblemException>(() => Check(route, "?kind=company&colour=red")).Message.ShouldBe($"The query parameter 'colour' is not known. Here are: {string.Join(", ", route.Query)}.");
        Should.NotThrow(() => Check(route, "?kind=company&limit=10"));
        Should.NotThrow(() => Check(Routes.All["VendorWebhook"], "?whatever=1"));

        static void Check(Route route, string query) => QueryMiddleware.Check(route, new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request);
    }

    private static JsonNode Schema(JsonNode operation)
    {
        var schema = operation["requestBody"]!["content"]!["application/json"]!["schema"]!;
        return Resolved(schema);
    }

    private static JsonNode Resolved(JsonNode schema) => schema["$ref"] is { } reference ? OpenApi.Document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]! : schema;
}
