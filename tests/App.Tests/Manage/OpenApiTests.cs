using System.Text.RegularExpressions;
using SyncFunctions.App.Manage;
using SyncFunctions.Local;

namespace SyncFunctions.App.Tests.Manage;

public sealed class OpenApiTests
{
    [Fact]
    public void Document_HasEveryAddressWithItsParameters()
    {
        var paths = OpenApi.Document["paths"]!.AsObject();
        var operations = paths.SelectMany(path => path.Value!.AsObject(), (_, verb) => verb.Value!).ToDictionary(operation => operation["operationId"]!.GetValue<string>());
        var sources = new DirectoryInfo(Path.Combine(RepositoryRoot.Find(), "functions", "App")).GetFiles("*.cs", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file.Name), Text: File.ReadAllText(file.FullName)))
            .Where(source => source.Text.Contains("Route = \"manage/v1/", StringComparison.Ordinal)).ToList();

        sources.Count.ShouldBeGreaterThan(50);
        foreach (var (name, text) in sources)
        {
            var asked = Regex.Matches(text, "request\\.(?:Text|Choice<\\w+>)\\(\"(?<name>\\w+)\"\\)").Select(match => match.Groups["name"].Value).Concat(text.Contains("request.Limit(", StringComparison.Ordinal) ? ["limit"] : []).Distinct();
            var told = operations[name]["parameters"]!.AsArray().Where(parameter => parameter!["in"]!.GetValue<string>() == "query").Select(parameter => parameter!["name"]!.GetValue<string>());
            told.ShouldBe(asked, ignoreOrder: true, name);
            if (text.Contains("JsonBody.ReadAsync<", StringComparison.Ordinal)) operations[name]["requestBody"].ShouldNotBeNull(name);
        }

        paths["/tenants/{tenant}/flows/{flow}/sync"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!["mode"]!.ToJsonString().ShouldContain("dryRun");
        paths["/flows/{flow}/records"]!["post"]!["servers"]![0]!["url"]!.GetValue<string>().ShouldBe("/api");
        paths["/flows/{flow}/records"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject().Select(member => member.Key).ShouldBe(["kind", "side", "id", "fields"]);
        paths["/tenants/{tenant}/flows/{flow}/unmatched"]!["get"]!["parameters"]!.AsArray().Single(parameter => parameter!["name"]!.GetValue<string>() == "side")!["schema"]!.ToJsonString().ShouldBe("""{"enum":["left","right"]}""");
    }
}
