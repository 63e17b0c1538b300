using System.Reflection;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests.CrashPoints;

/// <summary>One process of the app: the durable engine and a queue listener, all of whose storage operations go through one transport.</summary>
internal sealed class CrashProcess : IAsyncDisposable
{
    private static readonly QueueSettings Settings = CreateSettings();
    private readonly TaskHub _engine;
    private readonly QueuePump _pump;
    private readonly CancellationTokenSource _dead = new();
    private bool _isDying;

    public CrashProcess(CrashScenario scenario, MemoryStorage storage, HubOptions options, TimeProvider time)
    {
        Transport = new CountingTransport(storage);
        var tables = new TableClientOptions { Transport = Transport };
        tables.Retry.MaxRetries = 0;
        var store = new HubStore(new TableServiceClient(MemoryStorage.ConnectionString, tables), options.HubName);
        _engine = new TaskHub(options, store, scenario.Functions, JsonDataConverter.Default, NullLoggerFactory.Instance, time);
        Client = new FunctionsDurableTaskClient(_engine);

        var wakeUps = new QueueWakeUps();
        var queues = new QueueClientOptions { Transport = Transport };
        queues.Retry.MaxRetries = 0;
        queues.AddPolicy(new WakeAfterGivingBack(wakeUps), HttpPipelinePosition.PerCall);
        var service = new QueueServiceClient(MemoryStorage.ConnectionString, queues);
        var function = new QueueFunction(scenario, this);
        _pump = new QueuePump(
            QueueFunction.Descriptor, service.GetQueueClient(CrashScenario.QueueName), service, Settings, wakeUps, function, NullLogger.Instance);
    }

    public CountingTransport Transport { get; }

    public DurableTaskClient Client { get; }

    /// <summary>Fires when the process is killed.</summary>
    public CancellationToken Dead => _dead.Token;

    /// <summary>From this operation on nothing reaches storage, and the process is dead.</summary>
    public void KillAt(int operation, FailurePoint point)
    {
        if (point is FailurePoint.AfterSending) Transport.Fail(operation, point);
        Transport.Fail(call => call.Number >= operation && IsDying(), FailurePoint.BeforeSending);
    }

    /// <summary>Ends when the process works, or is dead.</summary>
    public async Task StartAsync()
    {
        _pump.Start();
        while (!Dead.IsCancellationRequested)
        {
            try
            {
                await _engine.StartAsync(TestContext.Current.CancellationToken);
                return;
            }
            catch (Azure.RequestFailedException)
            {
                // The host would be started again. What a dead process calls fails at once: its threads are needed by what says that it is dead.
                await Task.Yield();
            }
        }
    }

    /// <summary>Waits for the end of something that also ends when the process dies.</summary>
    public async Task AliveUntilAsync(Task end)
    {
        try
        {
            await end;
        }
        catch (OperationCanceledException) when (Dead.IsCancellationRequested)
        {
            // It died over it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _dead.CancelAsync();
        await _pump.StopAsync();
        _pump.Dispose();
        await _engine.DisposeAsync();
        _dead.Dispose();
    }

    private bool IsDying()
    {
        // Once, and not on the thread that is about to fail: those who wait would go on inside it.
        if (!Interlocked.Exchange(ref _isDying, true)) _ = Task.Run(_dead.CancelAsync);
        return true;
    }

    private static QueueSettings CreateSettings()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.2",
            ["AzureFunctionsJobHost:extensions:queues:maxDequeueCount"] = "3",
            // A message whose answer was lost comes again after this.
            [QueueSettings.MessageLeaseSetting] = "00:00:01",
        }).Build();
        return new QueueSettings(new HostJson(AppContext.BaseDirectory, configuration), configuration, new HostingEnvironment { EnvironmentName = Environments.Development });
    }

    /// <summary>A message that was given back is visible at once: the listener need not pause first.</summary>
    private sealed class WakeAfterGivingBack(QueueWakeUps wakeUps) : HttpPipelineSynchronousPolicy
    {
        public override void OnReceivedResponse(HttpMessage message)
        {
            var path = message.Request.Uri.ToUri().GetLeftPart(UriPartial.Path);
            if (message.Request.Method == RequestMethod.Put && path.Contains("/messages/", StringComparison.Ordinal))
                wakeUps.Wake(new Uri(path[..path.IndexOf("/messages/", StringComparison.Ordinal)]));
        }
    }

    private sealed class QueueFunction(CrashScenario scenario, CrashProcess process) : IFunctionInvoker
    {
        private static readonly MethodInfo Method = typeof(QueueFunction).GetMethod(nameof(Run), BindingFlags.Static | BindingFlags.NonPublic)!;

        public static FunctionDescriptor Descriptor { get; } = new(
            "Work", typeof(QueueFunction), Method, Method.GetParameters()[0], new QueueTriggerAttribute(CrashScenario.QueueName), null!);

        public async Task<object?> InvokeAsync(FunctionDescriptor function, TriggerInvocation trigger, CancellationToken cancellation)
        {
            await scenario.WorkAsync((string)trigger.TriggerValue!, process);
            return null;
        }

        private static void Run(string message) => throw new NotSupportedException($"The scenario takes the message '{message}'.");
    }
}
