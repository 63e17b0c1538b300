using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Queues;

/// <summary>What a pump asks of its queue.</summary>
[Trait("Category", "Host")]
public sealed class QueuePumpTests(AzuriteFixture azurite)
{
    private readonly string _name = AzuriteFixture.NewPrefix();

    [Fact]
    public async Task Polls_OfAnIdleQueue_ComeAtPausesThatGrowToTheLimit()
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                HostJson = """{ "extensions": { "queues": { "maxPollingInterval": "00:00:00.4" } } }""",
                Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Queue"] = _name },
                Configure = builder => builder.Services.AddSingleton(new Recorder()),
            },
            typeof(TextSample));
        var polls = new PollTimes();
        var service = new QueueServiceClient(azurite.ConnectionString, new QueueClientOptions { Transport = polls });
        using var pump = new QueuePump(
            host.Services.GetRequiredService<FunctionCatalog>().Functions.Single(),
            service.GetQueueClient($"{_name}-other"),
            service,
            host.Services.GetRequiredService<QueueSettings>(),
            new QueueWakeUps(),
            host.Services.GetRequiredService<IFunctionInvoker>(),
            NullLogger.Instance);
        pump.Start();
        await Eventually.HoldsAsync(() => Task.FromResult(polls.All.Count < 9 ? "There were not enough polls yet." : null));
        await pump.StopAsync();

        var gaps = polls.All.Zip(polls.All.Skip(1), (first, second) => second - first).ToList();
        // A busy machine makes a gap longer, never shorter.
        gaps.Zip([0.1, 0.2, 0.4, 0.4, 0.4]).ShouldAllBe(pair => pair.First >= TimeSpan.FromSeconds(pair.Second * 0.9));
        gaps.Skip(2).Min().ShouldBeLessThan(TimeSpan.FromSeconds(0.75));
    }

    [Fact]
    public async Task Hold_WhoseRenewalFails_TriesAgainBeforeTheTimeIsOver()
    {
        var transport = new CountingTransport();
        var queue = new QueueClient(azurite.ConnectionString, _name, new QueueClientOptions { Transport = transport, Retry = { MaxRetries = 0 } });
        await queue.CreateAsync();
        await queue.SendMessageAsync("x");
        QueueMessage message = await queue.ReceiveMessageAsync(TimeSpan.FromSeconds(4));
        transport.Reset();
        transport.Fail(1, FailurePoint.BeforeSending);
        await using var hold = new MessageHold(queue, message, TimeSpan.FromSeconds(4), NullLogger.Instance);
        await Eventually.HoldsAsync(() => Task.FromResult(transport.Count < 2 ? "It was not tried again." : null));
        var receipt = await hold.EndAsync();
        receipt.ShouldNotBe(message.PopReceipt);
        (await queue.DeleteMessageAsync(message.MessageId, receipt)).Status.ShouldBe(204);
    }

    /// <summary>Notes when each request was sent.</summary>
    private sealed class PollTimes : HttpPipelineTransport
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly ConcurrentQueue<TimeSpan> _all = new();

        public IReadOnlyCollection<TimeSpan> All => _all;

        public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

        public override void Process(HttpMessage message) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            _all.Enqueue(_clock.Elapsed);
            return HttpClientTransport.Shared.ProcessAsync(message);
        }
    }
}
