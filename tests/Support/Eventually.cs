using System.Diagnostics;
using Xunit;

namespace SyncFunctions.Tests.Support;

/// <summary>Waits for what other processes do: looks again and again instead of sleeping for a guessed time.</summary>
public static class Eventually
{
    /// <summary>Long enough for a busy machine, and for an open write that is settled after two minutes; who waits so long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns as soon as nothing is lacking.</summary>
    /// <param name="lacking">What is not as it should be yet, in a sentence; null once all is well.</param>
    /// <param name="patience"><see cref="Patience"/> if null.</param>
    /// <param name="story">What to tell beside, if it never came to be.</param>
    /// <exception cref="TimeoutException">Something was still lacking at the end.</exception>
    public static async Task HoldsAsync(Func<Task<string?>> lacking, TimeSpan? patience = null, Func<Task<string>>? story = null)
    {
        var (limit, clock) = (patience ?? Patience, Stopwatch.StartNew());
        while (await lacking() is { } wrong)
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"After {limit.TotalSeconds:0} seconds: {wrong}{Environment.NewLine}{(story is null ? "" : await story())}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
