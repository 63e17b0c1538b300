using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

/// <summary>
/// Runs inside the function app and the simulated vendors before their own code (DOTNET_STARTUP_HOOKS names this assembly):
/// standard input is a leash. When the parent closes it, or is gone for whatever reason, the process is asked to stop as by SIGTERM.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name without a namespace.")]
[SuppressMessage("Design", "MA0047", Justification = "The runtime looks for this name without a namespace.")]
internal static class StartupHook
{
    private const int Terminate = 15;
    private const int Kill = 9;

    // Longer than the host's own limit for its running functions.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void Initialize()
    {
        // For this process, not for what it may start.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);

        // Ctrl+C reaches the terminal's whole process group, but it is the parent that decides what stops when.
        if (!OperatingSystem.IsWindows())
            _ = SetProcessGroup(0, 0);
        new Thread(StopWhenLetGo) { IsBackground = true, Name = "Leash" }.Start();
    }

    private static void StopWhenLetGo()
    {
        using var leash = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (leash.Read(ignored) > 0)
        {
        }

        if (OperatingSystem.IsWindows())
            Environment.Exit(0);
        _ = Signal(Environment.ProcessId, Terminate);
        Thread.Sleep(Patience);
        _ = Signal(Environment.ProcessId, Kill);
    }

    [DllImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetProcessGroup(int process, int group);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
