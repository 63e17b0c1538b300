using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace SyncFunctions.Local;

/// <summary>Puts the pinned Azurite into infra/local/node_modules, once, however many processes ask at the same time.</summary>
internal static class AzuriteInstall
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    public static async Task EnsureAsync(string repositoryRoot, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(repositoryRoot, "infra", "local");
        if (IsInstalled(folder))
            return;

        await using var installLock = await LockAsync(Path.Combine(repositoryRoot, ".run", "azurite-install.lock"), cancellationToken);
        if (!IsInstalled(folder))
            await NpmCiAsync(folder, cancellationToken);
    }

    // npm writes node_modules/.package-lock.json last, so a broken-off installation does not count.
    private static bool IsInstalled(string folder)
    {
        var installed = Path.Combine(folder, "node_modules", "azurite", "package.json");
        return File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json"))
            && File.Exists(installed)
            && ReadJson(installed, json => json.GetProperty("version").GetString())
                == ReadJson(Path.Combine(folder, "package.json"), json => json.GetProperty("dependencies").GetProperty("azurite").GetString());
    }

    private static string? ReadJson(string path, Func<JsonElement, string?> select)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        return select(json.RootElement);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockPoll, cancellationToken);
            }
        }
    }

    private static async Task NpmCiAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = StartOrExplain(start, "npm");
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"npm could not install Azurite into {folder}; is the npm registry reachable?{Environment.NewLine}{await output}{await error}");
            }
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }

    public static Process StartOrExplain(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(
                $"'{program}' was not found; the storage emulator needs Node.js 20 or later on the PATH (https://nodejs.org).", missing);
        }
    }
}
