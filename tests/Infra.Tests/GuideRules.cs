using System.Text.RegularExpressions;

namespace SyncFunctions.Infra.Tests;

/// <summary>What infra/README.md, the alerts and the workbook name, against what there is.</summary>
internal static partial class GuideRules
{
    /// <summary>Addresses of the app that a text tells to call.</summary>
    public static IEnumerable<string> Routes(string guide, IEnumerable<string> sources)
    {
        var routes = sources.SelectMany(source => Trigger().Matches(source)).SelectMany(trigger => Verb().Matches(trigger.Groups[1].Value).Select(verb => Shape($"{verb.Groups[1].Value} {trigger.Groups[2].Value}"))).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from Match call in Call().Matches(guide)
               where !routes.Contains(Shape($"{call.Groups[1].Value} {call.Groups[2].Value}"))
               select $"There is no {call.Value}";
    }

    public static IEnumerable<string> Metrics(string text) =>
        from Match metric in Metric().Matches(text)
        where !Known.Metrics.Contains(metric.Groups[1].Value) && !Known.SpanTags.Contains(metric.Groups[1].Value)
        select $"There is no metric and no tag {metric.Groups[1].Value}";

    /// <summary>Whoever is called at night finds each alert under its name.</summary>
    public static IEnumerable<string> Alerts(IReadOnlyList<Declaration> alerts, string guide)
    {
        var gauges = alerts.OfType<Declaration.Variable>().Single(variable => variable.Name == "gauges").Value.All().OfType<Expression.Object>().Select(gauge => ((Expression.Text)gauge.Find("name")!).Plain!);
        var others = alerts.OfType<Declaration.Resource>().SelectMany(alert => alert.Body.All().OfType<Expression.Literal>()).Select(text => Described().Match(text.Value as string ?? "")).Where(match => match.Success).Select(match => match.Groups[1].Value);
        return gauges.Concat(others).Where(name => !guide.Contains($"### `{name}`", StringComparison.Ordinal)).Select(name => $"The guide says nothing of {name}");
    }

    /// <summary>Settings that a text names.</summary>
    public static IEnumerable<string> Settings(string guide, SettingRules settings) =>
        from Match setting in Setting().Matches(guide)
        let name = setting.Groups[1].Value
        where !settings.Supplied.Contains(name) && !settings.Documented(name) && !name.StartsWith("Systems__", StringComparison.Ordinal)
        select $"There is no setting {name}";

    // What stands for a part of the address goes by other names in the text.
    private static string Shape(string route) => Placeholder().Replace(route, "{}");

    [GeneratedRegex(@"HttpTrigger\(AuthorizationLevel\.\w+, ((?:""\w+"", )+)Route = ""([^""]+)""\)")]
    private static partial Regex Trigger();

    [GeneratedRegex(@"""(\w+)""")]
    private static partial Regex Verb();

    [GeneratedRegex(@"\b(GET|POST|PUT|PATCH|DELETE) /api/([\w/{}.-]+)")]
    private static partial Regex Call();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"['""`](sync\.[a-z_.]+)['""`]")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^See ""([^""]+)"" in infra/README\.md\.$")]
    private static partial Regex Described();

    [GeneratedRegex(@"`([A-Z]\w+__\w+)`")]
    private static partial Regex Setting();
}
