using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Local;

/// <summary>Puts the pinned Azurite, and what else infra/local/package.json names, into infra/local/node_modules, once, however many processes ask at the same time.</summary>
internal static partial class AzuriteInstall
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    public static async Task EnsureAsync(string repositoryRoot, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(repositoryRoot, "infra", "local");
        if (IsInstalled(folder))
            return;

        var run = Path.Combine(folder, ".run");
        await using var installLock = await LockAsync(Path.Combine(run, "azurite-install.lock"), cancellationToken);
        if (!IsInstalled(folder))
            await NpmCiAsync(folder, Path.Combine(run, "azurite-install.log"), cancellationToken);
    }

    // npm writes node_modules/.package-lock.json last, so a broken-off installation does not count.
    private static bool IsInstalled(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            return false;
        using var wanted = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "package.json")));
        return wanted.RootElement.GetProperty("dependencies").EnumerateObject().All(package => Version(Path.Combine(folder, "node_modules", package.Name, "package.json")) == package.Value.GetString());
    }

    private static string? Version(string path)
    {
        if (!File.Exists(path))
            return null;
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        return json.RootElement.GetProperty("version").GetString();
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

    private static async Task NpmCiAsync(string folder, string log, CancellationToken cancellationToken)
    {
        // Without a network npm would try for more than a minute.
        string[] arguments = ["ci", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"];
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", arguments)
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
            if (npm.ExitCode == 0)
                return;
            var said = await output + await error;
            await File.WriteAllTextAsync(log, said, cancellationToken);
            throw new InvalidOperationException($"npm could not install Azurite into {folder} ({Reason(said)}); all it said is in {log}.");
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }

    // npm prints codes first, then a line for people, then the place in its own code.
    internal static string Reason(string said) =>
        ReasonLine().Match(said) is { Success: true } reason ? reason.Groups["reason"].Value.Trim() : "it gave no reason";

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

    [GeneratedRegex(@"^npm (error|ERR!) (?!code |syscall |errno |path )(?<reason>\S.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReasonLine();
}
