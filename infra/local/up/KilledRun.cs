using System.Diagnostics;

namespace SyncFunctions.Up;

/// <summary>
/// A run that was killed leaves its <c>state.json</c> and processes that end by themselves once they notice; until then they hold ports and files.
/// </summary>
public static class KilledRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until nothing of such a run is left.</summary>
    public static async Task WaitForEndAsync(RunFolder folder, Terminal terminal, CancellationToken cancellation)
    {
        if (StateFile.Read(folder.StateFile) is not { Processes: var processes })
            return;
        var clock = Stopwatch.StartNew();
        var told = false;
        while (IsRunning(processes.App, "dotnet") || IsRunning(processes.Vendors, "dotnet") || IsRunning(processes.Azurite, "node"))
        {
            if (clock.Elapsed > Patience)
                return;
            if (!told)
                terminal.Line("The run before was killed; waiting for what is left of it to end.");
            told = true;
            await Task.Delay(Poll, cancellation);
        }
    }

    // The name guards against an id that another program has got since.
    private static bool IsRunning(int id, string name)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && process.ProcessName.StartsWith(name, StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
