using System.Runtime.InteropServices;

namespace SyncFunctions.Up;

/// <summary>The command line: what a start does, and its exit code.</summary>
public static class UpCommand
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongOptions = 2;

    // As shells count a program that Ctrl+C ended.
    private const int Interrupted = 130;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (!UpOptions.TryParse(args, out var options, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return WrongOptions;
        }

        var terminal = Terminal.Standard();
        if (options.Mode == UpMode.Help)
        {
            terminal.Line(UpOptions.HelpText);
            return Done;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        _ = DotnetRun.EndedAsync(stop.Token).ContinueWith(_ => stop.Cancel(), stop.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        try
        {
            return await RunAsync(options, terminal, stop.Token);
        }
        catch (Exception known) when (known is UpFailure or ManagementException)
        {
            terminal.Problem(known.Message);
            return Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }

        void Stop(PosixSignalContext signal)
        {
            // The second one ends this process at once; its children notice and end too.
            signal.Cancel = !stop.IsCancellationRequested;
            if (signal.Cancel)
                stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(UpOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var endsByItself = options.Mode != UpMode.Run;
        using var folder = RunFolder.Take(RunFolder.Place(options), options.Fresh || endsByItself);
        await KilledRun.WaitForEndAsync(folder, terminal, cancellation);
        var ports = Ports.Choose(options);
        terminal.Line("Starting Azurite, the simulated vendors and the function app …");
        var samples = options.Mode is UpMode.Run or UpMode.Smoke;
        await using var stack = await Launcher.StartAsync(folder, ports, options.PollSchedule, samples, terminal, cancellation);

        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var supervision = stack.SuperviseAsync(together.Token);
        var work = WorkAsync(options, stack, terminal, together.Token);
        // Whichever ends first decides: the work is done, or the stack has failed and with it the work.
        var first = await Task.WhenAny(work, supervision);
        await together.CancelAsync();
        if (first == supervision)
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await supervision;
        var code = await work;
        terminal.Line("Stopping …");
        return code;
    }

    private static async Task<int> WorkAsync(UpOptions options, Launcher stack, Terminal terminal, CancellationToken cancellation)
    {
        using var api = new ManagementApi(stack.State.Manage, stack.State.Keys.Function);
        if (options is { Mode: UpMode.Run, Demo: false })
        {
            Welcome(stack, terminal);
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Done;
        }

        if (options.Mode is UpMode.Load or UpMode.LoadDebian)
        {
            var data = options.Mode == UpMode.Load ? SampleData.Create(options.LoadCount) : await DebianIndex.ReadAsync(cancellation);
            using var load = new Load(stack, api, terminal);
            await load.FillAsync(data, cancellation);
            await ConnectAsync(goLive: false);
            return await load.ImportAsync(cancellation) ? Done : Failed;
        }

        if (options.Mode == UpMode.Smoke)
        {
            await ConnectAsync(goLive: true);
            using var smoke = new Smoke(stack, api, terminal);
            return await smoke.RunAsync(cancellation) ? Done : Failed;
        }

        await ConnectAsync(goLive: false);
        await new DemoTenant(api, terminal).ImportAsync(cancellation);
        Welcome(stack, terminal);
        await new ConsoleFeed(api, terminal).RunAsync(cancellation);
        return Done;

        async Task ConnectAsync(bool goLive)
        {
            await new DemoTenant(api, terminal).EnsureAsync(goLive, cancellation);
            stack.State = stack.State with { Tenant = DemoTenant.Tenant, Flow = DemoTenant.Flow, Connections = DemoTenant.Connections };
        }
    }

    private static void Welcome(Launcher stack, Terminal terminal)
    {
        var state = stack.State;
        terminal.List(
            [
                ("Management API", state.Manage.AbsoluteUri),
                ("Simulated Total Synergy", state.Vendors[Launcher.Synergy].AbsoluteUri),
                ("Simulated tiny+", state.Vendors[Launcher.TinyPlus].AbsoluteUri),
                ("Storage", $"{state.Azurite.Table} (tables), {state.Azurite.Queue} (queues), {state.Azurite.Blob} (blobs)"),
                ("Addresses, keys, process ids", Path.Combine(state.Folder, "state.json")),
                ("Logs", state.Logs),
            ]);
        terminal.Line(state.Flow is null
            ? "Ctrl+C stops everything."
            : "Change a record on either vendor's page and watch it arrive. Ctrl+C stops everything; the next start goes on from there.");
    }
}
