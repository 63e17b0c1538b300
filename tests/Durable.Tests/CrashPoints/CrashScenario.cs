using System.Collections.Concurrent;
using System.Text;
using Azure.Storage.Queues;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests.CrashPoints;

/// <summary>
/// Everything that an app does with orchestrations and queue messages, all at once: rows and fans of activities, children, timers,
/// events, retries, continue-as-new, failures, terminations, big payloads, purges; messages that start or signal an orchestration, and
/// one that nobody can handle. What a caller was told is done is not done again.
/// </summary>
internal sealed class CrashScenario
{
    public const string QueueName = "work";

    private const string Unhandleable = "poison";
    private static readonly string[] Messages = ["start queued", "signal signalled", Unhandleable];
    private static readonly string Big = Convert.ToHexString(RandomBytes(90_000));

    private readonly ConcurrentDictionary<string, bool> _failedOnce = new();
    private readonly ConcurrentDictionary<string, bool> _acknowledged = new();
    private readonly ConcurrentDictionary<string, int> _handled = new();

    public CrashScenario() => Functions = new LambdaFunctions()
        .Activity<int, int>("Echo", n => n)
        .Activity<string, string>("Grow", text => text + text)
        .Activity<string, int>("Flaky", key => _failedOnce.TryAdd(key, true) ? throw new InvalidOperationException("once") : 7)
        .Failing("Broken", () => new InvalidOperationException("always"))
        .Orchestrator("Row", async context =>
        {
            var sum = 0;
            for (var i = 1; i <= 3; i++) sum += await context.CallActivityAsync<int>("Echo", i);
            return sum;
        })
        .Orchestrator("Fan", async context => (await Task.WhenAll(Enumerable.Range(1, 5).Select(i => context.CallActivityAsync<int>("Echo", i)))).Sum())
        .Orchestrator("Child", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
            return await context.CallActivityAsync<int>("Echo", context.GetInput<int>());
        })
        .Orchestrator("Parent", async context => (await Task.WhenAll(
            context.CallSubOrchestratorAsync<int>("Child", 10), context.CallSubOrchestratorAsync<int>("Child", 20))).Sum())
        .Orchestrator("Wait", async context =>
        {
            var sum = await context.WaitForExternalEvent<int>("go");
            return sum + await context.CallActivityAsync<int>("Echo", 1);
        })
        .Orchestrator("Tell", context =>
        {
            context.SendEvent("told", "go", 50);
            return context.CallActivityAsync<int>("Echo", 5);
        })
        .Orchestrator("Retry", context => context.CallActivityAsync<int>(
            "Flaky", context.InstanceId, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(5)))))
        .Orchestrator("Again", async context =>
        {
            var round = context.GetInput<int>();
            if (round < 2)
            {
                context.SendEvent(context.InstanceId, "kept", 100);
                context.ContinueAsNew(round + 1);
                return 0;
            }

            var sum = await context.WaitForExternalEvent<int>("kept") + await context.WaitForExternalEvent<int>("kept");
            try
            {
                // A second delivery of the same event would be a wrong result.
                return sum + await context.WaitForExternalEvent<int>("kept", TimeSpan.FromMilliseconds(20));
            }
            catch (TaskCanceledException)
            {
                return sum;
            }
        })
        .Orchestrator("Nested", async context =>
        {
            context.SetCustomStatus("below");
            try
            {
                await context.CallSubOrchestratorAsync("Break");
                return 0;
            }
            catch (TaskFailedException)
            {
                return await context.CallSubOrchestratorAsync<int>("Parent") + await context.CallActivityAsync<int>("Echo", 2);
            }
        })
        .Orchestrator("Measure", async context => (await context.WaitForExternalEvent<string>("go")).Length)
        .Orchestrator("Break", context => context.CallActivityAsync<int>("Broken", 1))
        .Orchestrator("Big", context => context.CallActivityAsync<string>("Grow", context.GetInput<string>()!));

    public LambdaFunctions Functions { get; }

    /// <summary>What runs after one another for one instance; the lists themselves run at once.</summary>
    private static readonly (string Name, Func<CrashProcess, Task> Do)[][] Steps =
    [
        [Start("row", "Row")],
        [Start("fan", "Fan")],
        [Start("parent", "Parent")],
        [Start("told", "Wait"), Start("tell", "Tell")],
        [Start("raised", "Wait"), ("raise", process => RaiseAsync(process, "raised", 40))],
        [Start("measured", "Measure"), ("raise big", process => RaiseAsync(process, "measured", Big))],
        [Start("nested", "Nested")],
        [("start later", process => StartAsync(process, "later", "Fan", null, TimeSpan.FromMilliseconds(30)))],
        [Start("retry", "Retry")],
        [Start("again", "Again", 0)],
        [Start("break", "Break")],
        [Start("victim", "Wait"), ("terminate", process => TerminateAsync(process, "victim"))],
        [Start("big", "Big", Big)],
        [Start("gone", "Fan"), ("purge", process => PurgeAsync(process, "gone"))],
    ];

    /// <summary>The messages are there before the app is.</summary>
    public static async Task SendAsync(MemoryStorage storage)
    {
        var queue = Queue(storage, QueueName);
        await queue.CreateAsync();
        foreach (var message in Messages) await queue.SendMessageAsync(QueueText(message));
    }

    /// <summary>Does what callers have not been told is done yet; ends when all of it is, or when the process is dead.</summary>
    public Task CallAsync(CrashProcess process) => Task.WhenAll(Steps.Select(async steps =>
    {
        foreach (var (name, action) in steps.Where(step => !_acknowledged.ContainsKey(step.Name)))
        {
            while (true)
            {
                try
                {
                    await action(process);
                    _acknowledged.TryAdd(name, true);
                    break;
                }
                catch (Exception exception) when (exception is Azure.RequestFailedException or OperationCanceledException)
                {
                    // A caller that got no answer asks again, unless there is nobody to ask.
                    if (process.Dead.IsCancellationRequested) return;
                    await Task.Yield();
                }
            }
        }
    }));

    /// <summary>The queue function.</summary>
    public async Task WorkAsync(string message, CrashProcess process)
    {
        if (message.Split(' ') is not [var verb, var id]) throw new InvalidOperationException("Nobody can handle this.");
        await StartAsync(process, id, verb == "start" ? "Row" : "Wait", null);
        if (verb == "signal") await RaiseAsync(process, id, 60);
        _handled.AddOrUpdate(message, 1, (_, times) => times + 1);
    }

    /// <summary>What is not as it should be at the end; null where all is well.</summary>
    public async Task<string?> WrongAsync(DurableTaskClient client, MemoryStorage storage)
    {
        (string Id, OrchestrationRuntimeStatus Status, string Output)[] expected =
        [
            ("row", OrchestrationRuntimeStatus.Completed, "6"),
            ("fan", OrchestrationRuntimeStatus.Completed, "15"),
            ("parent", OrchestrationRuntimeStatus.Completed, "30"),
            ("told", OrchestrationRuntimeStatus.Completed, "51"),
            ("tell", OrchestrationRuntimeStatus.Completed, "5"),
            ("raised", OrchestrationRuntimeStatus.Completed, "41"),
            ("measured", OrchestrationRuntimeStatus.Completed, $"{Big.Length}"),
            ("nested", OrchestrationRuntimeStatus.Completed, "32"),
            ("later", OrchestrationRuntimeStatus.Completed, "15"),
            ("retry", OrchestrationRuntimeStatus.Completed, "7"),
            ("again", OrchestrationRuntimeStatus.Completed, "200"),
            ("break", OrchestrationRuntimeStatus.Failed, "Microsoft.DurableTask.TaskFailedException: Task 'Broken' (#0) failed with an unhandled exception: always"),
            ("victim", OrchestrationRuntimeStatus.Terminated, "enough"),
            ("big", OrchestrationRuntimeStatus.Completed, Big + Big),
            ("queued", OrchestrationRuntimeStatus.Completed, "6"),
            ("signalled", OrchestrationRuntimeStatus.Completed, "61"),
        ];
        foreach (var (id, status, output) in expected)
        {
            var instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true);
            if (instance?.RuntimeStatus != status) return $"{id} is {instance?.RuntimeStatus.ToString() ?? "missing"}, not {status}";
            var actual = instance.SerializedOutput!.Trim('"');
            if (actual != output) return $"{id} has the output {Shortened(actual)}, not {Shortened(output)}";
        }

        if (await client.GetInstanceAsync("gone") is { } gone) return $"gone is {gone.RuntimeStatus}";
        if (Messages.FirstOrDefault(message => message != Unhandleable && !_handled.ContainsKey(message)) is { } lost) return $"the message '{lost}' was not handled";
        if (await CountAsync(storage, QueueName) is > 0 and var waiting) return $"{waiting} messages are still in the queue";
        return await CountAsync(storage, QueueName + "-poison") == 0 ? "the message that nobody can handle is not in the poison queue" : null;
    }

    private static (string Name, Func<CrashProcess, Task> Do) Start(string id, string orchestrator, object? input = null) =>
        ($"start {id}", process => StartAsync(process, id, orchestrator, input));

    private static async Task StartAsync(CrashProcess process, string id, string orchestrator, object? input, TimeSpan? delay = null)
    {
        var options = new StartOrchestrationOptions(id, DateTimeOffset.UtcNow + delay);
        if (await process.Client.GetInstanceAsync(id, process.Dead) is not null) return;
        try
        {
            await process.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options, process.Dead);
        }
        catch (global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException)
        {
            // An earlier attempt had come through.
        }
    }

    private static async Task RaiseAsync(CrashProcess process, string id, object value)
    {
        try
        {
            await process.Client.RaiseEventAsync(id, "go", value, process.Dead);
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition)
        {
            // An earlier attempt had come through, and the instance has ended.
        }
    }

    private static async Task TerminateAsync(CrashProcess process, string id)
    {
        try
        {
            await process.Client.TerminateInstanceAsync(id, "enough", process.Dead);
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition)
        {
            // An earlier attempt had come through.
        }
    }

    private static async Task PurgeAsync(CrashProcess process, string id)
    {
        // Null where an earlier attempt had come through.
        if (await process.Client.GetInstanceAsync(id, process.Dead) is null) return;
        await process.Client.WaitForInstanceCompletionAsync(id, process.Dead);
        await process.Client.PurgeInstanceAsync(id, process.Dead);
    }

    private static QueueClient Queue(MemoryStorage storage, string name) =>
        new(MemoryStorage.ConnectionString, name, new QueueClientOptions { Transport = storage });

    private static async Task<int> CountAsync(MemoryStorage storage, string name)
    {
        try
        {
            return (await Queue(storage, name).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        }
        catch (Azure.RequestFailedException missing) when (missing.Status == 404)
        {
            return 0;
        }
    }

    private static string QueueText(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Shortened(string text) => text.Length > 200 ? $"{text[..200]}… ({text.Length})" : text;

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
