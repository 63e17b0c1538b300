using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>Takes the mail that the function app sends, and shows it on a page. It never outlives this process: its standard input is a leash.</summary>
public sealed class MailCatcher : IAsyncDisposable
{
    private readonly Process _process;

    private MailCatcher(Process process) => (_process, Exited) = (process, process.WaitForExitAsync(CancellationToken.None));

    public Task Exited { get; }

    /// <summary>Starts it, beside Azurite, with which it was installed, and returns when it listens.</summary>
    /// <exception cref="UpFailure">It did not start; the message says why.</exception>
    public static async Task<MailCatcher> StartAsync(int smtp, int page, CancellationToken cancellation)
    {
        var script = Path.Combine(RepositoryRoot.Find(), "infra", "local", "mail", "catcher.mjs");
        var start = new ProcessStartInfo("node", [script, smtp.ToString(CultureInfo.InvariantCulture), page.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new UpFailure("'node' was not found; the mail catcher needs Node.js 20 or later on the PATH.", missing);
        }

        var catcher = new MailCatcher(process);
        if (await process.StandardOutput.ReadLineAsync(cancellation) is not null)
            return catcher;
        await catcher.DisposeAsync();
        throw new UpFailure($"The mail catcher did not start on the ports {smtp} and {page}; what it said stands above.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await Exited;
        _process.Dispose();
    }
}
