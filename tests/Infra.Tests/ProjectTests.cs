using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Infra.Tests;

public sealed class ProjectTests
{
    private static readonly string _yaml = Repository.Read("infra/azure.yaml");
    private static readonly string _app = Repository.Read("infra/modules/app.bicep");
    private static readonly string _guide = Repository.Read("infra/README.md");
    private static readonly IReadOnlyList<string> _sources = [.. Repository.Sources()];
    private static readonly IReadOnlyList<Declaration> _alerts = BicepParser.Parse(Repository.Read("infra/modules/alerts.bicep"));

    private static ProjectRules Of(string from = "", string to = "") => new(from.Length == 0 ? _yaml : _yaml.Replace(from, to, StringComparison.Ordinal), Repository.PathOf("infra"));

    [Fact]
    public void Project_AsItIs_IsWithoutFindings()
    {
        Of().Paths().ShouldBeEmpty();
        Of().Packages().ShouldBeEmpty();
        Of().Tags(_app).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("module: main", "module: start")]
    [InlineData("project: .", "project: ./app")]
    [InlineData("publish ../functions/App --configuration Release --property:Hosting=Azure --output .package\n        windows", "publish ../functions --configuration Release --property:Hosting=Azure --output .package\n        windows")]
    public void Paths_OneThatLeadsNowhere_IsFound(string from, string to) => Of(from, to).Paths().ShouldHaveSingleItem();

    [Fact]
    public void Packages_TheEmbeddedBuild_IsFound() => Of(" --property:Hosting=Azure", "").Packages().Count().ShouldBe(2);

    [Fact]
    public void Tags_AnotherName_IsFound() => Of("  app:", "  api:").Tags(_app).ShouldHaveSingleItem();

    [Fact]
    public void Hook_AfterProvisioning_GetsTheVaultByAnOutput() =>
        BicepParser.Parse(Repository.Read("infra/main.bicep")).OfType<Declaration.Output>().ShouldContain(output => output.Name == "AZURE_KEY_VAULT_ENDPOINT");

    [Fact]
    public void Hook_AfterProvisioning_SignsInAsWhomTheTemplateGaveTheRole() =>
        Regex.Count(_yaml, "AZURE_TOKEN_CREDENTIALS( = '|=)AzureDeveloperCliCredential'?;? dotnet run --project keys -- make").ShouldBe(2);

    [Fact]
    public void Guide_AsItIs_NamesWhatThereIs()
    {
        var settings = new SettingRules(BicepParser.Parse(_app), Repository.Read("host.json"), _sources, Repository.Read("README.md"));
        GuideRules.Routes(_guide, _sources).ShouldBeEmpty();
        GuideRules.Metrics(_guide).ShouldBeEmpty();
        GuideRules.Alerts(_alerts, _guide).ShouldBeEmpty();
        GuideRules.Settings(_guide, settings).ShouldBeEmpty();
        GuideRules.Settings("`Paint__Colour`", settings).ShouldHaveSingleItem();
    }

    [Fact]
    public void Guide_WhatThereIsNot_IsFound()
    {
        GuideRules.Routes("`GET /api/manage/v1/tenants/{t}/export` and `POST /api/manage/v1/tenants/{t}/export`", _sources).ShouldHaveSingleItem();
        GuideRules.Metrics("`sync.lag`, 'sync.lags'").ShouldHaveSingleItem();
        GuideRules.Alerts(_alerts, _guide.Replace("### `poison`", "", StringComparison.Ordinal)).ShouldHaveSingleItem();
    }

    [Fact]
    public void Telemetry_OfTheCode_IsWhatTheGuideAndTheWorkbookName()
    {
        var metrics = _sources.SelectMany(source => Regex.Matches(source, @"_meter\.Create\w+(?:<\w+>)?\(""([^""]+)""")).Select(made => made.Groups[1].Value).ToList();
        metrics.ShouldBe(Known.Metrics, ignoreOrder: true);
        var tags = _sources.SelectMany(source => Regex.Matches(source, @"SetTag\(""(sync\.[^""]+)""")).Select(set => set.Groups[1].Value).Distinct();
        tags.ShouldBe(Known.SpanTags, ignoreOrder: true);
        var workbook = Repository.Read("infra/workbook.json");
        foreach (var name in Known.Metrics) workbook.ShouldContain($"'{name}'");
        foreach (var name in Known.Metrics.Concat(Known.SpanTags)) _guide.ShouldContain($"`{name}`");
    }

    [Fact]
    public void Workbook_AsItIs_IsJsonThatNamesMetricsThereAre()
    {
        var workbook = Repository.Read("infra/workbook.json");
        using var document = JsonDocument.Parse(workbook);
        document.RootElement.GetProperty("items").GetArrayLength().ShouldBeGreaterThan(1);
        GuideRules.Metrics(workbook).ShouldBeEmpty();
        GuideRules.Metrics(Repository.Read("infra/modules/alerts.bicep")).ShouldBeEmpty();
    }
}
