namespace SyncFunctions.Simulation.Vendors;

/// <summary>By which tool of a person something happens, wherever its work goes on: null where the app does it by itself.</summary>
public static class ByHand
{
    /// <summary>Shows both records of a link.</summary>
    public const string Preview = "preview";

    /// <summary>Plans everything.</summary>
    public const string DryRun = "dry run";

    public const string Push = "push";

    public const string Restore = "restore";

    public const string Replay = "replay";

    private static readonly AsyncLocal<string?> Current = new();

    public static string? Tool => Current.Value;

    /// <summary>The tool writes nothing, whatever it finds.</summary>
    public static bool OnlyLooks => Tool is Preview or DryRun;

    public static async Task RunAsync(string? tool, Func<Task> work)
    {
        Current.Value = tool;
        await work();
    }
}
