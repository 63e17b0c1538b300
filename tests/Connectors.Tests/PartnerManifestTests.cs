using System.Text.Json.Nodes;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Connectors.Tests;

public sealed class PartnerManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("manifests").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shipped_AreRead()
    {
        var moovila = PartnerCatalog.Shipped.ShouldHaveSingleItem();
        moovila.System.ShouldBe("moovila");
        var catalog = PartnerCatalog.Of(moovila);
        catalog.UsesPkce.ShouldBeTrue();
        catalog.Kinds.Where(kind => kind.ParentKind == "projects").Select(kind => kind.Name).ShouldBe(["phases", "tasks", "assignments", "timeLogs"]);
        catalog.Kind("tasks").Fields.Single(field => field.Name == "title").ShouldBe(new SystemField("title", SystemFieldType.Text, MaxLength: 250));
        catalog.Kind("assignments").Fields.Single(field => field.Name == "projectId").Writable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("system", "\"Two Words\"", "#/system", "It is not a name")]
    [InlineData("system", "null", "#/system", "It is not a name")]
    [InlineData("displayName", "\"\"", "#/displayName", "It is not a text")]
    [InlineData("address", "\"http://example.com/\"", "#/address", "An https address is required.")]
    [InlineData("address", "\"https://example.com/?a=b\"", "#/address", "An https address is required.")]
    [InlineData("colour", "\"red\"", "#/colour", "There is no such member")]
    [InlineData("limits", """{"pageSize":5}""", "#/limits/pageSize", "A whole number from 20 to 10000 is required.")]
    [InlineData("limits", """{"concurrentCalls":"8"}""", "#/limits/concurrentCalls", "A whole number from 1 to 64 is required.")]
    [InlineData("limits", """{"callsPerHour":8}""", "#/limits/callsPerHour", "There is no such member")]
    [InlineData("kinds", "[]", "#/kinds", "An array with at least one item is required.")]
    [InlineData("kinds/0", "7", "#/kinds/0", "An object is required.")]
    [InlineData("kinds/0/name", "\"Projects\"", "#/kinds/0/name", "It is not a name")]
    [InlineData("kinds/0/name", "\"account\"", "#/kinds/0/name", "No kind can be called 'account'.")]
    [InlineData("kinds/1/name", "\"projects\"", "#/kinds", "The kind 'projects' is there twice.")]
    [InlineData("kinds/1/parent", "\"boards\"", "#/kinds/1/parent", "There is no kind 'boards'.")]
    [InlineData("kinds/0/parent", "\"tasks\"", "#/kinds/0/parent", "'tasks' lives inside another kind itself")]
    [InlineData("kinds/1/listsChanges", "1", "#/kinds/1/listsChanges", "true or false is required.")]
    [InlineData("kinds/1/label", """[["colour"]]""", "#/kinds/1/label/0/0", "The kind has no field 'colour'.")]
    [InlineData("kinds/1/fields/0/type", "\"string\"", "#/kinds/1/fields/0/type", "A type is one of text, number, flag, day, time, set, reference.")]
    [InlineData("kinds/1/fields/0/name", "\"version\"", "#/kinds/1/fields/0/name", "'version' is no name for a field")]
    [InlineData("kinds/1/fields/0/name", "\"ProjectId\"", "#/kinds/1/fields/0/name", "It is not a name")]
    [InlineData("kinds/1/fields/0/name", "\"projectID\"", "#/kinds/1/fields", "The field 'projectID' is there twice.")]
    [InlineData("kinds/1/fields/0/maxLength", "0", "#/kinds/1/fields/0/maxLength", "A whole number from 1 to 10000000 is required.")]
    [InlineData("kinds/1/fields/0/values", """["a","a"]""", "#/kinds/1/fields/0/values", "The value 'a' is there twice.")]
    [InlineData("kinds/1/fields/0/reference", "\"projects\"", "#/kinds/1/fields/0", "Only a reference has 'reference'.")]
    [InlineData("kinds/1/fields/0/readOnly", "true", "#/kinds/1/fields/0/required", "A field that is read-only cannot be required.")]
    [InlineData("kinds/1/fields/1/reference", "\"boards\"", "#/kinds/1/fields/1/reference", "There is no kind 'boards'.")]
    [InlineData("kinds/1/fields/1/reference", null, "#/kinds/1/fields/1", "A reference says in 'reference' which kind it refers to.")]
    [InlineData("kinds/1/fields/1/maxLength", "9", "#/kinds/1/fields/1", "Only a text has maxLength or values.")]
    [InlineData("kinds/1/fields", null, "#/kinds/1/fields", "It is required.")]
    public void Mistake_IsNamedWithItsPlace(string at, string? json, string pointer, string message)
    {
        PartnerManifest.TryParse(With(at, json), out var manifest, out var problems).ShouldBeFalse();
        manifest.ShouldBeNull();
        problems.ShouldContain(problem => problem.Pointer == pointer && problem.Message.StartsWith(message), string.Join("\n", problems));
    }

    [Fact]
    public void Mistakes_AreAllNamedAtOnce()
    {
        PartnerManifest.TryParse("""{"system":"x y","kinds":[{"name":"a"},{"name":"b","fields":[{"name":"c","type":"d"}]}]}""", out _, out var problems).ShouldBeFalse();
        problems.Select(problem => problem.Pointer).ShouldBe(["#/system", "#/displayName", "#/address", "#/kinds/0/fields", "#/kinds/1/fields/0/type"], ignoreOrder: true);
        PartnerManifest.TryParse("{", out _, out problems).ShouldBeFalse();
        problems.ShouldHaveSingleItem().Pointer.ShouldBe("#");
    }

    [Fact]
    public void Schema_KnowsTheMembersThatTheReaderKnows()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Source(), "partner-manifest.schema.json")))!;
        foreach (var (at, members) in new[] { ("", schema), ("limits", schema["$defs"]!["limits"]!), ("kinds/0", schema["$defs"]!["kind"]!), ("kinds/1/fields/0", schema["$defs"]!["field"]!) })
        {
            PartnerManifest.TryParse(With($"{at}/unheardOf".TrimStart('/'), "1"), out _, out var problems).ShouldBeFalse();
            var known = problems.First(problem => problem.Pointer.EndsWith("/unheardOf")).Message.Split("known are ")[1].TrimEnd('.').Split(", ");
            known.ShouldBe(members["properties"]!.AsObject().Select(member => member.Key), ignoreOrder: true, at);
        }
    }

    [Fact]
    public void Folder_HoldsFurtherSystems()
    {
        File.WriteAllText(Path.Combine(_folder, "acme.json"), Small);
        using var http = VendorPipeline.CreateClient();
        var pipeline = new VendorPipeline(http, TimeProvider.System, new Random(1));
        new Systems(pipeline, _folder).Find("acme").ShouldNotBeNull().Catalog.Settings["apiBase"].Default.ShouldBe("https://acme.example/api/");

        File.WriteAllText(Path.Combine(_folder, "again.json"), Small);
        Should.Throw<InvalidOperationException>(() => new Systems(pipeline, _folder)).Message.ShouldBe("There are two systems 'acme'.");
        File.WriteAllText(Path.Combine(_folder, "again.json"), With("kinds/1/parent", "\"boards\""));
        Should.Throw<InvalidOperationException>(() => new Systems(pipeline, _folder)).Message.ShouldContain("again.json is wrong. #/kinds/1/parent: There is no kind 'boards'.");
        Should.Throw<InvalidOperationException>(() => new Systems(pipeline, Path.Combine(_folder, "nowhere")));
    }

    private const string Small = """
        {
          "system": "acme", "displayName": "Acme", "address": "https://acme.example/api/",
          "limits": { "pageSize": 50 },
          "kinds": [
            { "name": "projects", "fields": [ { "name": "title", "type": "text" } ] },
            { "name": "tasks", "parent": "projects", "fields": [
              { "name": "title", "type": "text", "required": true }, { "name": "projectId", "type": "reference", "reference": "projects" } ] }
          ]
        }
        """;

    /// <summary>The small manifest with one value put in, or taken out.</summary>
    private static string With(string at, string? json)
    {
        var root = JsonNode.Parse(Small)!;
        var steps = at.Split('/');
        var inner = steps[..^1].Aggregate(root, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        if (int.TryParse(steps[^1], out var last))
            inner[last] = JsonNode.Parse(json!);
        else if (json is null)
            inner.AsObject().Remove(steps[^1]);
        else
            inner[steps[^1]] = JsonNode.Parse(json);
        return root.ToJsonString();
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "functions", "Connectors", "Partner");
}
