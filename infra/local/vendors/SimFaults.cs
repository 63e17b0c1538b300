using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Vendors;

/// <summary>What a fault does to a call.</summary>
internal enum SimFaultKind
{
    /// <summary>Waits, then answers as usual.</summary>
    Delay,

    /// <summary>Answers with <see cref="SimFaultRule.Status"/> without doing anything.</summary>
    Status,

    /// <summary>Closes the connection without doing anything.</summary>
    Reset,

    /// <summary>Does what was asked, then closes the connection instead of answering.</summary>
    DropAfterApply,

    /// <summary>Does what was asked, then closes the connection in the middle of the answer.</summary>
    PartialBody,
}

/// <summary>When a fault happens and what it is.</summary>
internal sealed record SimFaultRule
{
    /// <summary>Methods separated by <c>|</c>; null is any.</summary>
    public string? Method { get; init; }

    /// <summary>Regular expression on path and query below the system, for example <c>^/v2/projects\?.*start=15</c>; null is any.</summary>
    public string? Path { get; init; }

    public required SimFaultKind Kind { get; init; }

    public int Status { get; init; }

    public int DelayMs { get; init; }

    /// <summary>Seconds in a Retry-After header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How often it happens at most; null is without end.</summary>
    public int? Count { get; init; }

    public double Probability { get; init; } = 1;

    public int? Seed { get; init; }

    /// <summary>Reads a rule: <c>{match: {method, path} | "METHOD regex" | "regex", kind: "delay" | "429" | … | "partialBody", delayMs, retryAfter, count, probability, seed}</c>.</summary>
    public static bool TryParse(JsonElement json, out SimFaultRule? rule, out string? error)
    {
        rule = null;
        error = null;
        try
        {
            var wire = json.Deserialize<Wire>(SimJson.Options)!;
            var kind = wire.Kind?.ToString() ?? "";
            var status = 0;
            if (!Enum.TryParse<SimFaultKind>(kind, ignoreCase: true, out var parsed) || int.TryParse(kind, out status))
            {
                if (status is < 400 or > 599)
                {
                    error = "kind must be delay, reset, dropAfterApply, partialBody or a status from 400 to 599.";
                    return false;
                }

                parsed = SimFaultKind.Status;
            }

            var (method, path) = Match(wire.Match);
            _ = new Regex(path ?? "", RegexOptions.None, TimeSpan.FromSeconds(1));
            rule = new SimFaultRule
            {
                Method = method,
                Path = path,
                Kind = parsed,
                Status = status,
                DelayMs = wire.DelayMs,
                RetryAfter = wire.RetryAfter,
                Count = wire.Count,
                Probability = wire.Probability ?? 1,
                Seed = wire.Seed,
            };
            return true;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            error = problem.Message;
            return false;
        }
    }

    private static (string? Method, string? Path) Match(JsonElement? match)
    {
        if (match is not { } json || json.ValueKind == JsonValueKind.Null)
            return (null, null);
        if (json.ValueKind == JsonValueKind.String)
        {
            var text = json.GetString()!;
            var space = text.IndexOf(' ');
            return space < 0 ? (null, text) : (text[..space], text[(space + 1)..]);
        }

        var target = json.Deserialize<Target>(SimJson.Options)!;
        return (target.Method, target.Path);
    }

    private sealed record Target(string? Method, string? Path);

    private sealed record Wire(JsonElement? Match, JsonElement? Kind, int DelayMs, int? RetryAfter, int? Count, double? Probability, int? Seed);
}

/// <summary>The faults that are set up for a vendor.</summary>
internal sealed class SimFaults
{
    private readonly Lock _gate = new();
    private Armed[] _rules = [];

    public void Replace(IReadOnlyList<SimFaultRule> rules)
    {
        lock (_gate)
            _rules = [.. rules.Select(rule => new Armed(rule))];
    }

    public IReadOnlyList<(SimFaultRule Rule, int Fired)> List()
    {
        lock (_gate)
            return [.. _rules.Select(armed => (armed.Rule, armed.Fired))];
    }

    /// <summary>The first rule that applies to this call now, which counts as one time.</summary>
    public SimFaultRule? Next(string method, string pathAndQuery)
    {
        lock (_gate)
        {
            foreach (var armed in _rules)
            {
                if (armed.Applies(method, pathAndQuery))
                    return armed.Rule;
            }

            return null;
        }
    }

    private sealed class Armed(SimFaultRule rule)
    {
        private readonly Random _random = rule.Seed is { } seed ? new Random(seed) : new Random();
        private readonly Regex? _path = rule.Path is { } path ? new Regex(path, RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)) : null;

        public SimFaultRule Rule { get; } = rule;

        public int Fired { get; private set; }

        public bool Applies(string method, string pathAndQuery)
        {
            if (Fired >= Rule.Count
                || (Rule.Method is { } methods && !methods.Split('|').Contains(method, StringComparer.OrdinalIgnoreCase))
                || _path?.IsMatch(pathAndQuery) == false
                || (Rule.Probability < 1 && _random.NextDouble() >= Rule.Probability))
            {
                return false;
            }

            Fired++;
            return true;
        }
    }
}
