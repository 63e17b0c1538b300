using Azure.Storage.Queues;
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
        (await TextsAsync(AppQueues.Changes)).ShouldBe(["""{"tenant":"acme","flow":"companies","kinds":["company"]}"""]);
        Transport.Calls.Count(call => call.Operation == "queue send message").ShouldBe(3);
    }

    private async Task<IEnumerable<string>> TextsAsync(string name)
    {
        var plain = new QueueClient(ConnectionString, $"{Clients.Prefix}{name}");
        return (await plain.PeekMessagesAsync(32, Cancel)).Value.Select(message => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())));
    }
}
