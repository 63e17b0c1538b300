using System.Diagnostics;
using System.Text.Json.Nodes;
using SyncFunctions.Local;
using SyncFunctions.Tests.Support;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>What the embedded host itself costs, in a process of its own: HTTP calls, orchestrations, an idle minute, a start.</summary>
internal static class HostBenchmark
{
    private const string Orchestrations = "--orchestrations";
    private const int Activities = 5;
    private const int Rounds = 3;
    private const int Starts = 5;
    private const int Callers = 16;
    private const int IdleBudgetAtTwoSeconds = 150;
    private const int IdleBudgetAtFiveSeconds = 60;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static readonly Benchmark Benchmark = new(
        "host",
        "measures the embedded host: HTTP functions, orchestrations, storage operations at rest, start and memory",
        15,
        [new BenchmarkOption(Orchestrations, 100, 1, 100_000, $"so many, of {Activities} activities each")],
        RunAsync);

    private static async Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("host-benchmark-").FullName;
        var figures = new JsonObject { ["machine"] = Machine.Read().ToString() };
        terminal.Line($"Machine: {Machine.Read()}; the callers share it");
        await HttpAsync(folder, terminal, figures, cancellation);
        await OrchestrationsAsync(folder, options[Orchestrations], terminal, figures, cancellation);
        await StartsAsync(folder, terminal, figures, cancellation);
        var isRight = await IdleAsync(folder, terminal, figures, cancellation);
        Directory.Delete(folder, recursive: true);
        return new BenchmarkResult(figures, isRight);
    }

    private static async Task HttpAsync(string folder, Terminal terminal, JsonObject figures, CancellationToken cancellation)
    {
        await using var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        await using var app = await ProbeProcess.StartAsync(Settings(storage, folder, "00:00:05"), cancellation);
        await using var bare = await ProbeProcess.StartAsync([KeyValuePair.Create("ProbeBuilder", "Bare")], cancellation);
        foreach (var client in (HttpClient[])[app.Client, bare.Client]) await HttpLoad.MeasureAsync(client, "/api/plain", Callers, WarmUp, cancellation);
        foreach (var callers in (int[])[1, Callers])
        {
            var (hosted, plain) = (new List<HttpLoad>(), new List<HttpLoad>());
            // By turns, so that a slow moment of the machine meets both.
            for (var i = 0; i < Rounds; i++)
            {
                plain.Add(await HttpLoad.MeasureAsync(bare.Client, "/api/plain", callers, Round, cancellation));
                hosted.Add(await HttpLoad.MeasureAsync(app.Client, "/api/plain", callers, Round, cancellation));
            }

            var (a, b) = (HttpLoad.Middle(hosted), HttpLoad.Middle(plain));
            terminal.Line($"HTTP, {callers} at once: function {a.PerSecond:0}/s, p50 {a.P50:0.00} ms, p99 {a.P99:0.00} ms; bare Kestrel {b.PerSecond:0}/s, p50 {b.P50:0.00} ms, p99 {b.P99:0.00} ms; "
                + $"ratio {a.PerSecond / b.PerSecond:0.00} of the rate, {a.P50 / b.P50:0.00} times the p50");
            figures[$"http{callers}"] = new JsonObject
            {
                ["perSecond"] = Math.Round(a.PerSecond), ["p50"] = Math.Round(a.P50, 3), ["p99"] = Math.Round(a.P99, 3),
                ["barePerSecond"] = Math.Round(b.PerSecond), ["bareP50"] = Math.Round(b.P50, 3), ["bareP99"] = Math.Round(b.P99, 3),
            };
        }
    }

    private static async Task OrchestrationsAsync(string folder, int count, Terminal terminal, JsonObject figures, CancellationToken cancellation)
    {
        await using var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        await using var app = await ProbeProcess.StartAsync(Settings(storage, folder, "00:00:05"), cancellation);
        await ChainsAsync(app, "warm", 10, cancellation);
        var before = await storage.CountRequestsAsync(cancellation);
        var clock = Stopwatch.StartNew();
        await ChainsAsync(app, "chain", count, cancellation);
        var seconds = clock.Elapsed.TotalSeconds;
        // One operation is the caller's own question.
        var operations = ((await storage.CountRequestsAsync(cancellation) - before).Total / (double)count) - 1;
        terminal.Line($"Orchestrations of {Activities} activities in a row: {count / seconds:0.0}/s, {operations:0.0} storage operations each");
        figures["orchestrations"] = new JsonObject { ["perSecond"] = Math.Round(count / seconds, 1), ["operationsEach"] = Math.Round(operations, 1) };
    }

    private static Task ChainsAsync(ProbeProcess app, string prefix, int count, CancellationToken cancellation) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = cancellation }, async (i, token) =>
        {
            // The answer comes when it has ended: nobody polls meanwhile.
            using var answer = await app.Client.PostAsync($"/api/chains/{prefix}-{i}?steps={Activities}&end=true", null, token);
            answer.EnsureSuccessStatusCode();
        });

    private static async Task StartsAsync(string folder, Terminal terminal, JsonObject figures, CancellationToken cancellation)
    {
        await using var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        var times = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var app = await ProbeProcess.StartAsync(Settings(storage, folder, "00:00:05"), cancellation);
            await app.Client.GetStringAsync("/api/plain", cancellation);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        terminal.Line($"Start of the process to its first answer: {times.Order().ElementAt(Starts / 2):0} ms (of {Starts}: {string.Join(", ", times.Select(time => $"{time:0}"))})");
        figures["startMilliseconds"] = Math.Round(times.Order().ElementAt(Starts / 2));
    }

    private static async Task<bool> IdleAsync(string folder, Terminal terminal, JsonObject figures, CancellationToken cancellation)
    {
        var minutes = await Task.WhenAll(IdleAsync(folder, "00:00:02", cancellation), IdleAsync(folder, "00:00:05", cancellation));
        var isRight = true;
        foreach (var (name, (requests, memory), budget) in new[] { ("two", minutes[0], IdleBudgetAtTwoSeconds), ("five", minutes[1], IdleBudgetAtFiveSeconds) })
        {
            var services = string.Join(", ", requests.All.GroupBy(request => request.Service).Select(service => $"{service.Sum(request => request.Count)} {service.Key}"));
            terminal.Line($"Idle, polls every {name} seconds, a queue, a timer, a task hub: {requests.Total} storage operations a minute ({services}; budget {budget}), {memory:0} MiB");
            figures[$"idle_{name}"] = new JsonObject { ["operationsPerMinute"] = requests.Total, ["budget"] = budget, ["memoryMiB"] = Math.Round(memory) };
            isRight &= requests.Total <= budget;
        }

        return isRight;
    }

    private static async Task<(AzuriteRequests Requests, double MemoryMiB)> IdleAsync(string folder, string interval, CancellationToken cancellation)
    {
        await using var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        var settings = Settings(storage, folder, interval);
        // One of each kind of trigger: that is what the budgets are for.
        settings["AzureWebJobs__StartMix__Disabled"] = "true";
        await using var app = await ProbeProcess.StartAsync(settings, cancellation);
        await app.Client.GetStringAsync("/api/plain", cancellation);
        // Pauses between polls grow up to the interval.
        await Task.Delay(TimeSpan.FromSeconds(20), cancellation);
        var before = await storage.CountRequestsAsync(cancellation);
        await Task.Delay(TimeSpan.FromMinutes(1), cancellation);
        var after = await storage.CountRequestsAsync(cancellation);
        using var process = Process.GetProcessById(app.Id);
        return (after - before, process.WorkingSet64 / (1024.0 * 1024));
    }

    private static Dictionary<string, string> Settings(Azurite storage, string folder, string interval) =>
        new(ProbeProcess.Settings(storage.ConnectionString, folder))
        {
            ["AzureFunctionsJobHost__logging__logLevel__default"] = "Warning",
            ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = interval,
            ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__maxQueuePollingInterval"] = interval,
        };
}
