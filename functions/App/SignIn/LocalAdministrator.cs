using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// Where people sign in by passwords, somebody has to be able to from the first start on: an account that runs the app, whose password
/// is made at random, shown once on a console, and put into a file that only the owner of the process may read.
/// </summary>
public sealed class LocalAdministrator(SignInSettings settings, PersonStore people, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>The name of the account.</summary>
    public const string Email = "admin@localhost";

    private const int PasswordLength = 20;

    /// <summary>Before the web server opens: whoever can reach the app can read the file.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!settings.Local || await people.GetAsync(PersonId.Of(Person.Local, Email), cancellationToken) is not null) return;
        var password = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", PasswordLength);
        var administrator = new Person(Person.Local, Email, "Administrator") { Email = Email, PasswordHash = Passwords.Hash(password), IsOperator = true, CreatedAt = time.GetUtcNow() };

        // The file before the account: an account whose password nobody knows would stay so. Of two processes one makes the account, and then the file again.
        Write(password);
        if (!await people.InsertAsync(administrator, cancellationToken)) return;
        Write(password);

        // What is not read by a person at once is kept somewhere as a log.
        var told = Console.IsOutputRedirected ? $"in {settings.PasswordFile}" : $"{password} (also in {settings.PasswordFile})";
        await Console.Out.WriteLineAsync($"Sign in as {Email}. The password is {told}; change it after the first time.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Write(string password)
    {
        var path = Path.GetFullPath(settings.PasswordFile);
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options)) writer.WriteLine(password);
        File.Move(draft, path, overwrite: true);
    }
}
