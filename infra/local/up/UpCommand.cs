namespace SyncFunctions.Up;

/// <summary>The command line: what a start does, and its exit code.</summary>
public static class UpCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (!UpOptions.TryParse(args, out var options, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return Foreground.WrongOptions;
        }

        var terminal = Terminal.Standard();
        if (options.Mode == UpMode.Help)
        {
            terminal.Line(UpOptions.HelpText);
            return Foreground.Done;
        }

        return await Foreground.RunAsync(
            terminal,
            cancellation => StackRun.RunAsync(options, terminal, (stack, api, until) => WorkAsync(options, stack, api, terminal, until), cancellation));
    }

    private static async Task<int> WorkAsync(UpOptions options, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        if (options is { Mode: UpMode.Run, Demo: false })
        {
            Welcome(stack, terminal);
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Foreground.Done;
        }

        if (options.Mode is UpMode.Load or UpMode.LoadDebian)
        {
            var data = options.Mode == UpMode.Load ? SampleData.Create(options.LoadCount) : await DebianIndex.ReadAsync(cancellation);
            var figures = await Load.RunAsync(data, TimeSpan.Zero, stack, api, terminal, cancellation);
            figures.Print(terminal);
            return figures.IsComplete ? Foreground.Done : Foreground.Failed;
        }

        var demonstration = new DemoTenant(api, terminal);
        if (options.Mode == UpMode.Smoke)
        {
            await demonstration.ConnectAsync(stack, goLive: true, cancellation);
            await demonstration.ConnectProjectsAsync(stack, cancellation);
            await demonstration.ConnectSupportersAsync(stack, cancellation);
            using var smoke = new Smoke(stack, api, terminal);
            var arrived = await smoke.RunAsync(cancellation);
            using var projects = new ProjectsSmoke(stack, api, terminal);
            arrived &= await projects.RunAsync(cancellation);
            using var supporters = new SupportersSmoke(stack, api, terminal);
            return await supporters.RunAsync(cancellation) && arrived ? Foreground.Done : Foreground.Failed;
        }

        await demonstration.ConnectAsync(stack, goLive: false, cancellation);
        await demonstration.ImportAsync(cancellation);
        await demonstration.ConnectProjectsAsync(stack, cancellation);
        await demonstration.ConnectSupportersAsync(stack, cancellation);
        Welcome(stack, terminal);
        await new ConsoleFeed(api, terminal).RunAsync(cancellation);
        return Foreground.Done;
    }

    private static void Welcome(Launcher stack, Terminal terminal)
    {
        var state = stack.State;
        terminal.List(
            [
                ("Dashboard", new Uri(state.App, "api/app/").AbsoluteUri),
                .. state.Administrator is { } first ? [("Sign in there as", $"{first.Email}, with the password {first.Password}")] : Array.Empty<(string, string)>(),
                ("Management API", state.Manage.AbsoluteUri),
                ("Simulated Total Synergy", state.Vendors[Launcher.Synergy].AbsoluteUri),
                ("Simulated tiny+", state.Vendors[Launcher.TinyPlus].AbsoluteUri),
                ("Simulated ConnectWise", state.Vendors[Launcher.ConnectWise].AbsoluteUri),
                ("Simulated Moovila", state.Vendors[Launcher.Moovila].AbsoluteUri),
                ("Simulated Raiser's Edge", state.Vendors[Launcher.RaisersEdge].AbsoluteUri),
                ("Simulated Mailchimp", state.Vendors[Launcher.Mailchimp].AbsoluteUri),
                ("Simulated Salesforce", state.Vendors[Launcher.Salesforce].AbsoluteUri),
                ("Simulated iRaiser", state.Vendors[Launcher.IRaiser].AbsoluteUri),
                ("Caught mail", state.Mail?.Page.AbsoluteUri ?? "none"),
                ("Storage", $"{state.Azurite.Table} (tables), {state.Azurite.Queue} (queues), {state.Azurite.Blob} (blobs)"),
                ("Addresses, keys, process ids", Path.Combine(state.Folder, "state.json")),
                ("Logs", state.Logs),
            ]);
        terminal.Line(state.Flow is null
            ? "Ctrl+C stops everything."
            : "Change a record on either vendor's page and watch it arrive. Ctrl+C stops everything; the next start goes on from there.");
    }
}
