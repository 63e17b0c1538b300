using System.Diagnostics;
using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

/// <summary>The machine's own Chromium. Playwright's builds are downloaded from a place of their own, which not every machine reaches.</summary>
internal static class Chromium
{
    /// <summary>Names the program where it is not in its usual place.</summary>
    private const string Setting = "CHROMIUM";

    private const string Missing =
        $"The tests in a browser need Chromium: install the package chromium (as root, on Debian: apt-get update && apt-get install chromium), or name the program in the environment variable {Setting}.";

    private static readonly string[] Usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <exception cref="InvalidOperationException">There is none, and it could not be installed.</exception>
    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright, CancellationToken cancellation) => await playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = await FindAsync(cancellation),
        // A sandbox needs rights that root in a container does not have; the pages are our own.
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic"],
    });

    private static async Task<string> FindAsync(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } named) return named;
        if (Installed() is { } there) return there;
        // A machine that is made anew for each run, as CI's are. Nobody else is root where tests run.
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get"))
        {
            await RunAsync(["update"], cancellation);
            await RunAsync(["install", "--yes", "--no-install-recommends", "chromium"], cancellation);
        }

        return Installed() ?? throw new InvalidOperationException(Missing);
    }

    private static string? Installed() => Array.Find(Usual, File.Exists);

    private static async Task RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("/usr/bin/apt-get", ["--quiet", "--quiet", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var install = Process.Start(start)!;
        var (output, error) = (install.StandardOutput.ReadToEndAsync(cancellation), install.StandardError.ReadToEndAsync(cancellation));
        await install.WaitForExitAsync(cancellation);
        if (install.ExitCode != 0) throw new InvalidOperationException($"{Missing} apt-get said: {await output}{await error}");
    }
}
