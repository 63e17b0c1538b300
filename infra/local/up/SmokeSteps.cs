using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>What a smoke test of two systems does: changes made in one of them are waited for in the other, and told in a table of how long that took.</summary>
public sealed class SmokeSteps(Launcher stack, ManagementApi api, Terminal terminal, string left, string right) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Median = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly List<(string What, double Seconds)> _took = [];
    private readonly List<string> _wrong = [];

    public SimClient Left { get; } = new(stack.State.Vendors[left]);

    public SimClient Right { get; } = new(stack.State.Vendors[right]);

    public bool IsWrong => _wrong.Count > 0;

    /// <param name="what">What was changed, for people.</param>
    public bool Tell(string what)
    {
        var median = _took.Count == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(_took.Select(change => change.Seconds).Order().ElementAt(_took.Count / 2));
        if (median > Median) _wrong.Add($"the median of {median.TotalSeconds:0.0} s is longer than {Median.TotalSeconds:0} s");
        terminal.Table(
            ["Change", "Times", "Median s", "Longest s"],
            _took.GroupBy(change => change.What).Select(group => (IReadOnlyList<string>)[group.Key, $"{group.Count()}", $"{Middle(group):0.00}", $"{group.Max(change => change.Seconds):0.00}"]));
        foreach (var wrong in _wrong) terminal.Line($"FAILED: {wrong}");
        terminal.Line(_wrong.Count == 0
            ? $"{what} passed: {_took.Count} changes by webhook, median {median.TotalSeconds:0.00} s."
            : $"{what} FAILED; the logs are in {stack.State.Logs}.");
        return _wrong.Count == 0;

        static double Middle(IEnumerable<(string What, double Seconds)> changes) => changes.Select(change => change.Seconds).Order().ToList() is var all ? all[all.Count / 2] : 0;
    }

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
    }

    public static string Id(JsonElement record) => record.GetProperty("id").ToString();

    /// <summary>Both vendors call from when the app has registered with them, which it does by itself once the flow is live.</summary>
    public Task UntilHooksAsync(CancellationToken cancellation) => WaitAsync(
        "webhooks registered",
        async () =>
        {
            foreach (var system in new[] { left, right })
            {
                var connection = await api.GetAsync($"tenants/{DemoTenant.Tenant}/connections/{DemoTenant.Connections[system]}", cancellation);
                if (!connection.TryGetProperty("webhook", out var hook) || hook.ValueKind != JsonValueKind.Object || !hook.TryGetProperty("registered", out var registered) || registered.ValueKind != JsonValueKind.True)
                    return $"{system} has none: {hook}";
            }

            return null;
        },
        cancellation,
        counts: false);

    public static async Task<JsonElement> OneAsync(SimClient vendor, string kind, string words, CancellationToken cancellation) =>
        await vendor.FindAsync(kind, words, cancellation) is [var one] ? one : throw new UpFailure($"There is not one of {kind} with '{words}'.");

    public async Task EditAsync(
        string what, (SimClient Vendor, string Kind, string Id, string Field) from, (SimClient Vendor, string Kind, string Id, string Field) to, string value, CancellationToken cancellation, string? shown = null)
    {
        await from.Vendor.UpdateAsync(from.Kind, from.Id, new JsonObject { [from.Field] = value }, cancellation);
        await WaitAsync(
            $"edit of a {what} in {Name(from.Vendor)}",
            async () => Smoke.Difference(await to.Vendor.GetAsync(to.Kind, to.Id, cancellation), [new(to.Field, shown ?? value)]),
            cancellation);
    }

    public async Task CreateAsync(string what, (SimClient Vendor, string Kind) from, JsonObject record, (SimClient Vendor, string Kind) to, string words, CancellationToken cancellation)
    {
        await from.Vendor.CreateAsync(from.Kind, record, cancellation);
        await WaitAsync($"new {what} in {Name(from.Vendor)}", async () => (await to.Vendor.FindAsync(to.Kind, words, cancellation)).Count == 1 ? null : "it is not there once", cancellation);
    }

    private string Name(SimClient vendor) => vendor == Left ? left : right;

    public void Expect(string what, JsonElement record, IReadOnlyList<Expected> expected)
    {
        if (Smoke.Difference(record, expected) is { } wrong) _wrong.Add($"{what}: {wrong}");
    }

    public async Task WaitAsync(string what, Func<Task<string?>> missing, CancellationToken cancellation, bool counts = true)
    {
        var clock = Stopwatch.StartNew();
        while (await missing() is { } lacking)
        {
            if (clock.Elapsed > Patience)
            {
                _wrong.Add($"{what}: {lacking}");
                return;
            }

            await Task.Delay(Poll, cancellation);
        }

        if (counts) _took.Add((what, clock.Elapsed.TotalSeconds));
    }
}
