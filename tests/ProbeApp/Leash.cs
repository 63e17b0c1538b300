using System.Diagnostics;

namespace SyncFunctions.ProbeApp;

/// <summary>Standard input is a leash: once the test that holds its other end is gone, for whatever reason, so is this process.</summary>
internal static class Leash
{
    public static void Hold() => new Thread(KillWhenLetGo) { IsBackground = true, Name = "Leash" }.Start();

    private static void KillWhenLetGo()
    {
        using var leash = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (leash.Read(ignored) > 0)
        {
        }

        Process.GetCurrentProcess().Kill();
    }
}
