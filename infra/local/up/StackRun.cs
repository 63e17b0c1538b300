namespace SyncFunctions.Up;

/// <summary>A piece of work with the whole stack around it.</summary>
public static class StackRun
{
    /// <summary>Starts the stack, does the work, and stops everything again, whatever became of it.</summary>
    /// <exception cref="UpFailure">A part of the stack did not start, or ended before the work was done.</exception>
    public static async Task<T> RunAsync<T>(
        UpOptions options, Terminal terminal, Func<Launcher, ManagementApi, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        var endsByItself = options.Mode != UpMode.Run;
        using var folder = RunFolder.Take(RunFolder.Place(options), options.Fresh || endsByItself);
        await KilledRun.WaitForEndAsync(folder, terminal, cancellation);
        var ports = Ports.Choose(options);
        terminal.Line("Starting Azurite, the simulated vendors and the function app …");
        var samples = options.Mode is UpMode.Run or UpMode.Smoke;
        await using var stack = await Launcher.StartAsync(folder, ports, options.PollSchedule, samples, terminal, cancellation);
        using var api = new ManagementApi(stack.State.Manage, stack.State.Keys.Function);

        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var supervision = stack.SuperviseAsync(together.Token);
        var working = work(stack, api, together.Token);
        // Whichever ends first decides: the work is done, or the stack has failed and with it the work.
        var first = await Task.WhenAny(working, supervision);
        await together.CancelAsync();
        // The other one only says that it was cancelled.
        await (first == supervision ? working : supervision).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        var result = await working;
        terminal.Line("Stopping …");
        return result;
    }
}
