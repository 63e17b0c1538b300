using System.Diagnostics;
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

    private static readonly TimeSpan SameWish = TimeSpan.FromSeconds(2);

    /// <summary>Does the work and returns the exit code.</summary>
    public static async Task<int> RunAsync(Terminal terminal, Func<CancellationToken, Task<int>> work)
    {
        var asked = 0L;
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
        catch (HttpRequestException unreachable)
        {
            terminal.Problem($"A process of the stack does not answer: {unreachable.Message}");
            return Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }

        void Stop(PosixSignalContext signal)
        {
            // A later one ends this process at once; its children notice and end too. One right after the first is the same wish
            // twice: dotnet run passes on what the whole process group has got already.
            var now = Stopwatch.GetTimestamp();
            var first = Interlocked.CompareExchange(ref asked, now, 0);
            signal.Cancel = first == 0 || Stopwatch.GetElapsedTime(first, now) < SameWish;
            if (first == 0)
                stop.Cancel();
        }
    }
}
