using System.Collections.Immutable;
using System.Net.Http;
using System.Text.Json;

namespace SyncFunctions.Conformance;

/// <param name="Kept">Null where it could not be checked.</param>
/// <param name="What">What was seen, or why nothing was.</param>
/// <param name="Request">The call that showed it.</param>
public sealed record Finding(string Rule, bool? Kept, string What, string Request);

/// <summary>A rule was seen to be broken.</summary>
internal sealed class BrokenException(string what) : Exception(what)
{
    public static void Unless(bool kept, string what)
    {
        if (!kept)
            throw new BrokenException(what);
    }
}

/// <summary>What was found, rule by rule.</summary>
public sealed class Report
{
    private readonly List<Finding> _findings = [];
    private readonly List<string> _leftBehind = [];

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Records that could not be deleted again.</summary>
    public IReadOnlyList<string> LeftBehind => _leftBehind;

    public bool Passed => _findings.TrueForAll(finding => finding.Kept != false);

    public IEnumerable<string> Broken => _findings.Where(finding => finding.Kept == false).Select(finding => finding.Rule).Distinct();

    public void WriteTo(TextWriter writer)
    {
        foreach (var rule in Rule.All)
        {
            var found = _findings.Where(finding => finding.Rule == rule.Number).ToImmutableArray();
            var broken = found.Where(finding => finding.Kept == false).ToImmutableArray();
            var seen = found.FirstOrDefault(finding => finding.Kept == true);
            writer.WriteLine($"{(broken.Length > 0 ? "FAIL" : seen is not null ? "pass" : "-   ")}  {rule.Number}  {rule.Text}");
            foreach (var finding in broken)
                writer.WriteLine($"          {finding.Request}\n          {finding.What}");
            if (broken.IsEmpty)
                writer.WriteLine($"          {seen?.Request ?? $"not checked: {found.FirstOrDefault()?.What ?? "no kind of the manifest shows it"}"}");
        }

        foreach (var record in _leftBehind)
            writer.WriteLine($"left behind: {record}");
        writer.WriteLine($"{_findings.Count(finding => finding.Kept == true)} checks passed, {_findings.Count(finding => finding.Kept == false)} failed.");
    }

    /// <summary>Runs a check; what it expects and does not see is a finding, and so is an answer that cannot be read.</summary>
    /// <returns>Whether the rule is kept.</returns>
    internal async Task<bool> CheckAsync(Server server, string rule, Func<Task> check)
    {
        try
        {
            await check();
            _findings.Add(new Finding(rule, true, "", server.LastRequest));
            return true;
        }
        catch (Exception exception) when (exception is BrokenException or HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OperationCanceledException)
        {
            _findings.Add(new Finding(rule, false, exception.Message, server.LastRequest));
            return false;
        }
    }

    internal void Note(Finding finding) => _findings.Add(finding);

    internal void NotChecked(string why, params ReadOnlySpan<string> rules)
    {
        foreach (var rule in rules)
            _findings.Add(new Finding(rule, null, why, ""));
    }

    internal void Left(string record) => _leftBehind.Add(record);
}
