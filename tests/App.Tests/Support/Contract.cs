using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests;

/// <summary>Holds what the app really answers against its own description, wherever a test looks at an answer.</summary>
internal static class Contract
{
    private static readonly JsonSchema Schemas = new(OpenApi.Document);

    private static readonly List<(Regex Path, Route Route)> Known =
        [.. Routes.All.Values.Select(route => (new Regex($"^/api{Regex.Replace(Regex.Escape(OpenApi.PathOf(route)), @"\\{[^/]+?}", "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1)), route))];

    /// <summary>What came over the wire for this method and path.</summary>
    public static void Check(HttpMethod method, string path, int status, string? mediaType, string body)
    {
        var verb = method.Method.ToLowerInvariant();

        // An address with a word is meant before one with a name in its place, as the host has it.
        var (_, route) = Known.Where(known => known.Route.Methods.Contains(verb) && known.Path.IsMatch(path)).OrderBy(known => known.Route.Path.Count(character => character == '{')).FirstOrDefault();
        if (route is null)
        {
            status.ShouldBeOneOf(404, 401);
            return;
        }

        var responses = OpenApi.Document["paths"]![OpenApi.PathOf(route)]![verb]!["responses"]!;
        var response = responses[$"{status}"] ?? (status >= 500 ? responses["default"] : null);
        response.ShouldNotBeNull($"{verb} {path} answered {status}, which its description does not know: {body}");
        var content = response["content"] as JsonObject;
        if (content is null || mediaType is null || body.Length == 0)
        {
            body.ShouldBeEmpty($"{verb} {path} answered {status} with a body that its description does not know.");
            return;
        }

        content[mediaType].ShouldNotBeNull($"{verb} {path} answered {status} as {mediaType}.");
        if (!mediaType.EndsWith("json", StringComparison.Ordinal)) return;
        var json = JsonSerializer.Deserialize<JsonElement>(body);
        Schemas.Wrong(content[mediaType]!["schema"]!, json).ShouldBeEmpty($"{verb} {path} answered {status}: {body}");
        if (mediaType == ProblemResult.MediaType && status < 500) response["x-problems"]?.AsArray().Select(name => $"/api/problems/{name}").ShouldContain(json.GetProperty("type").GetString(), $"{verb} {path}: {body}");
    }

    /// <summary>What a function returned: some function must say that it answers so.</summary>
    public static void Check(IActionResult result, int status, string body)
    {
        if (result is ProblemResult)
        {
            Schemas.Wrong(new JsonObject { ["$ref"] = "#/components/schemas/Problem" }, JsonSerializer.Deserialize<JsonElement>(body)).ShouldBeEmpty(body);
            return;
        }

        if (status == 304) body.ShouldBeEmpty();
        if (status == 304 || result.GetType() is not { IsGenericType: true } type || type.GetGenericTypeDefinition() != typeof(JsonAnswer<>)) return;
        var answered = type.GetGenericArguments()[0];
        var operation = Routes.All.Values.FirstOrDefault(route => route.Answers.Any(answer => answer.Body == answered && answer.Status == status))
            ?? throw new InvalidOperationException($"No function says that it answers {status} with {answered}.");
        var schema = OpenApi.Document["paths"]![OpenApi.PathOf(operation)]![operation.Methods[0]]!["responses"]![$"{status}"]!["content"]!["application/json"]!["schema"]!;
        Schemas.Wrong(schema, JsonSerializer.Deserialize<JsonElement>(body)).ShouldBeEmpty($"{answered}: {body}");
    }
}
