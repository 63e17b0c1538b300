using System.Text.Json;
using Azure.Storage.Queues;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class AppQueuesTests(AzuriteFixture azurite) : StateTest(azurite)
{
    [Fact]
    public async Task Send_ToAQueueThatIsNotThere_ArrivesInBase64()
    {
        var queues = new AppQueues(Clients);

        await queues.SendAsync(new PollMessage("acme", "companies", "due"), Cancel);
        await queues.SendAsync(new PollMessage("acme", "people", null), Cancel);
        await queues.SendAsync(new ChangeMessage("acme", "companies", ["company"]), null, Cancel);

        (await TextsAsync(AppQueues.Polls)).ShouldBe(["""{"tenant":"acme","flow":"companies","reason":"due"}""", """{"tenant":"acme","flow":"people"}"""]);
        (await TextsAsync(AppQueues.Changes)).ShouldBe(["""{"tenant":"acme","flow":"companies","kinds":["company"],"records":[],"putOff":0}"""]);
        Transport.Calls.Count(call => call.Operation == "queue send message").ShouldBe(3);
    }

    [Fact]
    public async Task Send_RecordsWithOddIds_ComeBackInAFewMessages()
    {
        var queues = new AppQueues(Clients);
        var items = Enumerable.Range(0, 250).Select(number => new WorkItem("company", Side.Right, $"/{number} \ud800", WorkReason.Webhook, Now) { FirstAt = Now }).ToList();
        var large = Enumerable.Range(0, 100).Select(number => items[0] with { RecordId = new string('é', 250) + number }).ToList();

        var sent = ChangeMessage.Of(Flow, [.. items, .. items, .. large]).ToList();
        foreach (var message in sent) await queues.SendAsync(message, null, Cancel);

        sent.Count.ShouldBe(6);
        var read = (await TextsAsync(AppQueues.Changes)).Select(text => JsonSerializer.Deserialize<ChangeMessage>(text, StateJson.Options)!).ToList();
        read.SelectMany(message => message.Records).Select(record => record.RecordId()).ShouldBe([.. items.Select(item => item.RecordId), .. large.Select(item => item.RecordId)]);
        read.ShouldAllBe(message => message.Flow == Flow.Flow.Value && message.Records.All(record => record.Kind == "company" && record.Side == Side.Right));
    }

    private async Task<IEnumerable<string>> TextsAsync(string name)
    {
        var plain = new QueueClient(ConnectionString, $"{Clients.Prefix}{name}");
        return (await plain.PeekMessagesAsync(32, Cancel)).Value.Select(message => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())));
    }
}
