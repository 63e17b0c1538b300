using System.Text.Json;
using System.Text.RegularExpressions;
using SyncFunctions.App.Contract;
using SyncFunctions.Local;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Contracts;

/// <summary>The walk through the API that people send from their editors is one that the API can go.</summary>
public sealed class WalkTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "functions", "App", "manage.http"));

    private sealed record Sent(string Method, string Path, string Query, IReadOnlyList<string> Headers, string Body);

    [Fact]
    public void EveryRequest_IsOneOfTheDescription()
    {
        var requests = Text.Split("\n###").Skip(1).Select(Read).ToList();

        requests.Count.ShouldBeGreaterThan(30);
        foreach (var sent in requests)
        {
            var (path, operations) = OpenApi.Document["paths"]!.AsObject().Where(known => Fits(known.Key, sent.Path)).OrderBy(known => known.Key.Count(character => character == '{')).FirstOrDefault();
            path.ShouldNotBeNull($"{sent.Path} is no address of the app.");
            var operation = operations![sent.Method.ToLowerInvariant()].ShouldNotBeNull($"{sent.Method} {sent.Path}");
            var parameters = operation["parameters"]!.AsArray().Select(parameter => $"{parameter!["in"]} {parameter["name"]}").ToList();
            foreach (var name in sent.Query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0])) parameters.ShouldContain($"query {name}", sent.Path);
            foreach (var header in sent.Headers.Except(["x-functions-key", "Content-Type"])) parameters.ShouldContain($"header {header}", sent.Path);
            if (operation["requestBody"] is not { } body || (sent.Body.Length == 0 && !body["required"]!.GetValue<bool>()))
            {
                sent.Body.ShouldBeEmpty(sent.Path);
                continue;
            }

            new JsonSchema(OpenApi.Document).Wrong(body["content"]!["application/json"]!["schema"]!, JsonSerializer.Deserialize<JsonElement>(sent.Body)).ShouldBeEmpty($"{sent.Path}: {sent.Body}");
        }
    }

    [Fact]
    public void EveryVariable_IsSet()
    {
        var set = Regex.Matches(Text, "^@(?<name>\\w+) = ", RegexOptions.Multiline).Select(match => match.Groups["name"].Value).ToList();

        Regex.Matches(Text, "{{(?<name>\\w+)}}").Select(match => match.Groups["name"].Value).Distinct().Where(name => !set.Contains(name)).ShouldBeEmpty();
    }

    private static Sent Read(string text)
    {
        var lines = text.Split('\n').Skip(1).ToList();
        var (method, address) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1].Replace("{{host}}/api", "", StringComparison.Ordinal).Split('?'));
        var end = lines.FindIndex(string.IsNullOrWhiteSpace);
        if (end < 0) end = lines.Count;
        return new Sent(method, address[0], address.ElementAtOrDefault(1) ?? "", [.. lines[1..end].Select(line => line.Split(':')[0])], string.Join('\n', lines[end..]).Trim());
    }

    private static bool Fits(string known, string path) =>
        known.Split('/').Length == path.Split('/').Length && known.Split('/').Zip(path.Split('/')).All(part => part.First == part.Second || part.First.StartsWith('{'));
}
