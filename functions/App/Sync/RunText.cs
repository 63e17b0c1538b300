using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What a guard says, for a person.</summary>
public static class RunText
{
    public static string Of(Guard guard) =>
        $"A {guard.Mode?.ToLowerInvariant() ?? "sync"} run{(guard.Trigger is { } trigger ? $" ({trigger})" : "")} " + guard switch
        {
            { Paused: true } => $"is paused. {guard.Detail}".TrimEnd(),
            { Status: RunStatus.Requested, NotBefore: { } time } => $"waits until {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. {guard.Detail}".TrimEnd(),
            { Status: RunStatus.Requested } => "waits for the next time it may start.",
            { Status: RunStatus.InQueue } => "waits for a worker.",
            _ => "is under way.",
        };
}
