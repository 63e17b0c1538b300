namespace SyncFunctions.State;

/// <summary>
/// Several calls at once. Unlike <see cref="Parallel"/> nothing is handed to the thread pool by this itself: what answers at once
/// runs in order on the caller's thread, so that a run over stores in memory is the same every time.
/// </summary>
public static class Concurrent
{
    /// <summary>Runs <paramref name="body"/> for every item, up to <paramref name="most"/> at a time. The first failure ends the rest.</summary>
    public static async Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<T, CancellationToken, Task> body, CancellationToken cancellation)
    {
        var all = items.ToList();
        var next = -1;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(most, all.Count)).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < all.Count; i = Interlocked.Increment(ref next))
            {
                failed.Token.ThrowIfCancellationRequested();
                try
                {
                    await body(all[i], failed.Token);
                }
                catch
                {
                    // Its asynchronous twin tells the others on the thread pool.
#pragma warning disable CA1849, MA0042
                    failed.Cancel();
#pragma warning restore CA1849, MA0042
                    throw;
                }
            }
        }
    }

    /// <summary>The same for the numbers from 0 up to, not including, <paramref name="count"/>.</summary>
    public static Task ForAsync(int count, int most, Func<int, CancellationToken, Task> body, CancellationToken cancellation) =>
        ForEachAsync(Enumerable.Range(0, count), most, body, cancellation);
}
