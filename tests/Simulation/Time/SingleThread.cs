using System.Runtime.ExceptionServices;

namespace SyncFunctions.Simulation.Time;

/// <summary>A thread for one simulation: nothing else posts to it, and its stack holds long chains of work that ends at once.</summary>
public static class SingleThread
{
    private const int StackBytes = 16 * 1024 * 1024;

    public static T Run<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>As many simulations at a time as there are processors, each on a thread of its own; in the order of the inputs.</summary>
    public static IReadOnlyList<T> RunAll<T>(int from, int count, Func<int, T> work)
    {
        var results = new T[count];
        var next = -1;
        var threads = Enumerable.Range(0, Math.Min(Environment.ProcessorCount, count)).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                {
                    var seed = from + i;
                    results[i] = Run(() => work(seed));
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        Task.WaitAll(threads);
        return results;
    }
}
