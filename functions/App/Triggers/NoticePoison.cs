using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>A message that failed again and again: what it is about is stored, and the timer takes it up.</summary>
public sealed class NoticePoison(GivenUpMessages messages)
{
    [Function(nameof(NoticePoison))]
    public void Run([QueueTrigger(AppQueues.NoticesPoison, Connection = StateClients.Connection)] NoticeMessage message) => messages.Take(message);
}
