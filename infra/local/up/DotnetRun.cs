using System.Globalization;

namespace SyncFunctions.Up;

/// <summary>
/// The <c>dotnet run</c> that started this process. It passes on the signals that it can catch; when it is killed, whoever did that
/// meant the whole stack.
/// </summary>
internal static class DotnetRun
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Done when a <c>dotnet run</c> that is the parent of this process is gone; never done without one, or where /proc does not tell.</summary>
    public static async Task EndedAsync(CancellationToken cancellation)
    {
        if (Parent() is not { } parent || !CommandLine(parent).Contains("run"))
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return;
        }

        while (Parent() == parent)
            await Task.Delay(Poll, cancellation);
    }

    private static int? Parent()
    {
        if (!OperatingSystem.IsLinux())
            return null;

        // "pid (name) state parent …"; the name may hold anything.
        var stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string[] CommandLine(int process)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
            return Path.GetFileName(words[0]) == "dotnet" ? words : [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
