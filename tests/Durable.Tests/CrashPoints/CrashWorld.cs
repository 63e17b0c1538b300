using System.Diagnostics;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests.CrashPoints;

/// <summary>What outlives a process: the storage and the time.</summary>
internal sealed class CrashWorld
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly HubOptions Quiet = new()
    {
        HubName = "Crash",
        PollInterval = TimeSpan.FromMinutes(1),
        HeartbeatInterval = TimeSpan.FromMinutes(5),
        OwnerTimeout = TimeSpan.FromMinutes(10),
    };

    private readonly CrashScenario _scenario;
    private readonly MovedTime _time = new();
    private readonly HubStore _store;
    private readonly DurableTaskClient _observer;

    private CrashWorld(CrashScenario scenario)
    {
        _scenario = scenario;
        Storage = new MemoryStorage(_time);
        _store = new HubStore(new TableServiceClient(MemoryStorage.ConnectionString, new TableClientOptions { Transport = Storage }), Quiet.HubName);
        _observer = new FunctionsDurableTaskClient(new TaskHub(Quiet, _store, scenario.Functions, JsonDataConverter.Default, NullLoggerFactory.Instance, _time));
    }

    public MemoryStorage Storage { get; }

    public static async Task<CrashWorld> CreateAsync(CrashScenario scenario)
    {
        var world = new CrashWorld(scenario);
        await CrashScenario.SendAsync(world.Storage);
        return world;
    }

    /// <summary>A process whose polls do not come into play: it is dead before the second one.</summary>
    public CrashProcess Process() => new(_scenario, Storage, Quiet, _time);

    /// <summary>A process that lives on, and finds by polls what a failed call made it forget.</summary>
    public CrashProcess PollingProcess() => new(_scenario, Storage, Quiet with { PollInterval = TimeSpan.FromMilliseconds(100) }, _time);

    /// <summary>The process after one that was killed: an hour later it is known to be dead, and every timer is due.</summary>
    public CrashProcess NextProcess()
    {
        _time.Advance(TimeSpan.FromHours(1));
        return PollingProcess();
    }

    /// <summary>Waits until nothing is wrong and nothing is left to do. Its own questions do not count as operations of a process.</summary>
    public async Task UntilAsync(Func<DurableTaskClient, MemoryStorage, Task<string?>> wrongAsync, string when, CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(5, cancellation))
        {
            var wrong = await BusyAsync(cancellation) ?? await wrongAsync(_observer, Storage);
            if (wrong is null) return;
            cancellation.ThrowIfCancellationRequested();
            if (watch.Elapsed > Patience) throw new TimeoutException($"When {when}: {wrong}");
        }
    }

    private async Task<string?> BusyAsync(CancellationToken cancellation)
    {
        try
        {
            var left = (await _store.PollAsync(DateTimeOffset.MaxValue.AddDays(-1), cancellation)).Work;
            return left.Count == 0 ? null : $"{left.Count} instances want attention, one is {left[0]}";
        }
        catch (Azure.RequestFailedException missing) when (missing.Status == 404)
        {
            return "the process has not made its tables";
        }
    }
}
