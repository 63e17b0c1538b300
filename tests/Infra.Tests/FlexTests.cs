using System.Text.RegularExpressions;

namespace SyncFunctions.Infra.Tests;

/// <summary>What Azure refuses only when it is deployed.</summary>
public sealed class FlexTests
{
    // What every plan but Flex Consumption takes by settings: https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
    private static readonly string[] _refused =
    [
        "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_WORKER_RUNTIME_VERSION", "FUNCTIONS_MAX_HTTP_CONCURRENCY", "FUNCTIONS_WORKER_PROCESS_COUNT",
        "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED", "SCM_DO_BUILD_DURING_DEPLOYMENT", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTOVERVNET", "WEBSITE_CONTENTSHARE", "WEBSITE_DNS_SERVER",
        "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT", "WEBSITE_NODE_DEFAULT_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_SKIP_CONTENTSHARE_VALIDATION", "WEBSITE_TIME_ZONE", "WEBSITE_VNET_ROUTE_ALL",
    ];

    // https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules and https://learn.microsoft.com/rest/api/monitor/metric-alerts
    private static readonly string[] _logFrequencies = ["PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D"];
    private static readonly string[] _metricFrequencies = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H"];
    private static readonly string[] _metricWindows = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"];

    // What uniqueString() gives.
    private const int SuffixLength = 13;

    private static readonly IReadOnlyList<Declaration> _main = BicepParser.Parse(Repository.Read("infra/main.bicep"));
    private static readonly IReadOnlyList<Declaration> _app = BicepParser.Parse(Repository.Read("infra/modules/app.bicep"));
    private static readonly IReadOnlyList<Declaration> _alerts = BicepParser.Parse(Repository.Read("infra/modules/alerts.bicep"));

    [Fact]
    public void Settings_ThatThePlanRefuses_AreNotGiven() =>
        new SettingRules(_app, Repository.Read("host.json"), [.. Repository.Sources()], Repository.Read("README.md")).Supplied.Intersect(_refused, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();

    /// <summary>https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling: HTTP and Durable functions scale as groups, others by themselves.</summary>
    [Fact]
    public void AlwaysReady_NamesGroupsAndFunctionsThereAre()
    {
        var sources = string.Join('\n', Repository.Sources());
        var ready = _main.OfType<Declaration.Parameter>().Single(parameter => parameter.Name == "alwaysReady").Default!.All().OfType<Expression.Object>().Select(one => ((Expression.Text)one.Find("name")!).Plain!).ToList();

        ready.ShouldContain("durable");
        foreach (var name in ready.Except(["http", "durable"])) Regex.IsMatch(sources, $"""\[Function\((nameof\()?"?{name["function:".Length..]}\b""").ShouldBeTrue(name);
    }

    /// <summary>https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules</summary>
    [Theory]
    [InlineData("modules/storage.bicep", "^[a-z0-9]{3,24}$")]
    [InlineData("modules/vault.bicep", "^(?=.{3,24}$)[a-zA-Z](?!.*--)[a-zA-Z0-9-]*[a-zA-Z0-9]$")]
    [InlineData("modules/scheduler.bicep", "^[a-zA-Z0-9-]{3,64}$")]
    public void Names_AreSuchAsAzureTakes(string module, string rule)
    {
        var names = _main.OfType<Declaration.Module>().Where(one => one.Path == module)
            .Select(one => ((Expression.Text)one.Body.All().OfType<Expression.Object>().Select(part => part.Find("params")).OfType<Expression.Object>().Single().Find("name")!).Parts)
            .Select(parts => string.Concat(parts.Select(part => part is Expression.Literal literal ? (string)literal.Value! : new string('a', SuffixLength)))).ToList();

        names.ShouldNotBeEmpty();
        names.ShouldBeUnique();
        names.ShouldAllBe(name => Regex.IsMatch(name, rule));
    }

    [Fact]
    public void Alerts_LookAsOftenAndAsFarBackAsTheyMay()
    {
        var looks = _alerts.SelectMany(one => one.Content?.All() ?? []).OfType<Expression.Object>().Select(one => (Kind: one, Every: Plain(one, "evaluationFrequency") ?? Plain(one, "every"), Window: Plain(one, "windowSize") ?? Plain(one, "window"))).Where(one => one.Every is not null).ToList();

        looks.Count.ShouldBe(6);
        foreach (var (alert, every, window) in looks)
        {
            var isMetric = alert.Find("criteria")?.All().OfType<Expression.Object>().Any(criteria => criteria.Find("odata.type") is not null) == true;
            (isMetric ? _metricFrequencies : _logFrequencies).ShouldContain(every);
            (isMetric ? _metricWindows : [.. _logFrequencies, "P2D"]).ShouldContain(window);
            System.Xml.XmlConvert.ToTimeSpan(every!).ShouldBeLessThanOrEqualTo(System.Xml.XmlConvert.ToTimeSpan(window!));
        }
    }

    private static string? Plain(Expression.Object one, string name) => (one.Find(name) as Expression.Text)?.Plain;
}
