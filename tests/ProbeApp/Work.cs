using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.ProbeApp;

/// <summary>
/// Takes messages of the queue in the setting <c>WorkQueue</c>: <c>name</c>, or <c>name milliseconds</c> to work for so long. It honours
/// its token.
/// </summary>
public sealed class Work(Journal journal)
{
    [Function("Work")]
    public async Task RunAsync([QueueTrigger("%WorkQueue%")] string message, int dequeueCount, CancellationToken cancellation)
    {
        var parts = message.Split(' ');
        journal.Add("Work", $"began {parts[0]} {dequeueCount}");
        try
        {
            if (parts.Length > 1) await Task.Delay(int.Parse(parts[1]), cancellation);
            journal.Add("Work", $"ended {parts[0]} {dequeueCount}");
        }
        catch (OperationCanceledException)
        {
            journal.Add("Work", $"told to stop {parts[0]} {dequeueCount}");
            throw;
        }
    }
}
