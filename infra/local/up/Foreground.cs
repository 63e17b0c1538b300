using System.Runtime.InteropServices;

namespace SyncFunctions.Up;

/// <summary>A command of the console: it ends when it is done or asked to stop, and tells a known failure in one sentence.</summary>
public static class Foreground
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongOptions = 2;

    // As shells count a program that Ctrl+C ended.
    private const int Interrupted = 130;

    /// <summary>Does the work and returns the exit code.</summary>
    public static async Task<int> RunAsync(Terminal terminal, Func<CancellationToken, Task<int>> work)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        _ = DotnetRun.EndedAsync(stop.Token).ContinueWith(_ => stop.Cancel(), stop.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        try
        {
            return await work(stop.Token);
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
}
