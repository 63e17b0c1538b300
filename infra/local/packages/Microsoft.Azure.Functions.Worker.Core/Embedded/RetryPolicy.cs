using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The retry attribute of a function, where its trigger honours one.</summary>
internal sealed record RetryPolicy(int MaxRetryCount, Func<int, TimeSpan> DelayBefore)
{
    /// <summary>Null when the function has none.</summary>
    /// <exception cref="FormatException">An interval of the attribute is none.</exception>
    public static RetryPolicy? Of(MethodInfo method) => method.GetCustomAttribute<RetryAttribute>() switch
    {
        FixedDelayRetryAttribute fix => Fixed(fix.MaxRetryCount, TimeSpan.Parse(fix.DelayInterval)),
        ExponentialBackoffRetryAttribute grow => Growing(grow.MaxRetryCount, TimeSpan.Parse(grow.MinimumInterval), TimeSpan.Parse(grow.MaximumInterval)),
        _ => null,
    };

    /// <summary>Runs until it succeeds or the retries are used up; a count of -1 never is.</summary>
    public async Task RunAsync(Func<RetryContext, Task> run, TimeProvider time, CancellationToken cancellation)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                await run(new Attempt(retry, MaxRetryCount));
                return;
            }
            catch (Exception) when (!cancellation.IsCancellationRequested && (MaxRetryCount < 0 || retry < MaxRetryCount))
            {
                await Task.Delay(DelayBefore(retry + 1), time, cancellation);
            }
        }
    }

    private static RetryPolicy Fixed(int count, TimeSpan delay) => new(count, _ => delay);

    private static RetryPolicy Growing(int count, TimeSpan minimum, TimeSpan maximum) => new(count, retry =>
    {
        var delay = minimum * Math.Pow(2, Math.Min(retry - 1, 30));
        return delay < maximum ? delay : maximum;
    });

    private sealed class Attempt(int retry, int max) : RetryContext
    {
        public override int RetryCount { get; } = retry;

        public override int MaxRetryCount { get; } = max;
    }
}
