using System.Text.Json;
using SyncFunctions.Local;

namespace SyncFunctions.Browser.Tests;

/// <summary>Judges a page by the rules of WCAG 2.2 AA and by good practice.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Script = new(() =>
        File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "infra", "local", "node_modules", "axe-core", "axe.min.js")));

    /// <returns>What is wrong: the rule, its words, and where.</returns>
    public static async Task<IReadOnlyList<string>> FindingsAsync(Visit visit)
    {
        // As a debugger would bring it in: the page's own policy lets nothing in by a script element.
        if (!await visit.Page.EvaluateAsync<bool>("() => 'axe' in window")) await visit.Page.EvaluateAsync($"() => {{ {Script.Value} }}");
        var found = await visit.Page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations)");
        return
        [
            .. from violation in found.EnumerateArray()
               from node in violation.GetProperty("nodes").EnumerateArray()
               select $"{visit.Page.Url}: {violation.GetProperty("id")} ({violation.GetProperty("help")}): {node.GetProperty("html")} {node.GetProperty("failureSummary")}",
        ];
    }
}
