using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace SyncFunctions.Infra.Tests;

/// <summary>What runs for everybody's pull requests, and what deploys.</summary>
public sealed class WorkflowTests
{
    private static readonly Dictionary<string, string> _files =
        Directory.EnumerateFiles(Repository.PathOf(".github/workflows"), "*.yml").ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    [Fact]
    public void Actions_ArePinnedToACommit_WhoseVersionIsSaid()
    {
        var uses = _files.Values.SelectMany(text => Regex.Matches(text, @"uses: (.+)").Select(match => match.Groups[1].Value)).Where(use => !use.StartsWith("./", StringComparison.Ordinal)).ToList();

        uses.ShouldNotBeEmpty();
        uses.ShouldAllBe(use => Regex.IsMatch(use, @"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$"));
        // One version of each.
        uses.Select(use => use.Split('@')[0]).Distinct().Count().ShouldBe(uses.Distinct().Count());
    }

    [Fact]
    public void Workflows_MayReadTheCodeAndNothingElse_ButSignInToDeploy()
    {
        foreach (var (name, text) in _files)
        {
            var root = Root(text);
            Allowed(root).ShouldBe(["contents: read"], name);
            var jobs = ((YamlMappingNode)root["jobs"]).Children.Values.Cast<YamlMappingNode>().Where(job => job.Children.ContainsKey("permissions")).SelectMany(Allowed);
            jobs.ShouldBe(name == "deploy.yml" ? ["id-token: write"] : [], name);
        }
    }

    // Whoever sends a pull request must not get at anything by what it changes.
    [Fact]
    public void Workflows_HoldNoSecret_AndTheOneThatDeploysIsStartedByHand()
    {
        foreach (var (name, text) in _files)
        {
            text.ShouldNotContain("secrets.", Case.Insensitive, name);
            text.ShouldNotContain("pull_request_target", Case.Insensitive, name);
            // Text of a request that stood in a command would be run.
            foreach (Match run in Regex.Matches(text, @"run: (?:\|\n(?: {8,}.*\n)+|.*)")) run.Value.ShouldNotContain("${{", Case.Sensitive, name);
        }

        ((YamlMappingNode)Root(_files["deploy.yml"])["on"]).Children.Keys.ShouldHaveSingleItem().ToString().ShouldBe("workflow_dispatch");
    }

    private static YamlMappingNode Root(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static IEnumerable<string> Allowed(YamlMappingNode node) => ((YamlMappingNode)node["permissions"]).Children.Select(one => $"{one.Key}: {one.Value}");
}
