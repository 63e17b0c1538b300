using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;

namespace SyncFunctions.Host.Tests.Invocation;

public sealed class RetryPolicyTests
{
    [Theory]
    [InlineData(nameof(Methods.Fixed), 2, new[] { 2.0, 2, 2 })]
    [InlineData(nameof(Methods.Growing), 4, new[] { 0.5, 1, 2, 3, 3 })]
    public void Policy_OfAnAttribute_HasItsDelays(string method, int count, double[] seconds)
    {
        var policy = RetryPolicy.Of(typeof(Methods).GetMethod(method)!)!;
        policy.MaxRetryCount.ShouldBe(count);
        seconds.Select((_, index) => policy.DelayBefore(index + 1).TotalSeconds).ShouldBe(seconds);
    }

    [Fact]
    public void Method_WithoutAnAttribute_HasNoPolicy()
        => RetryPolicy.Of(typeof(RetryPolicyTests).GetMethod(nameof(Method_WithoutAnAttribute_HasNoPolicy))!).ShouldBeNull();

    [Fact]
    public async Task Run_ThatNeverSucceeds_IsTriedAsOftenAsAllowedAndTheLastFailureComesOut()
    {
        var seen = new List<(int, int)>();
        var policy = new RetryPolicy(2, _ => TimeSpan.Zero);
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => policy.RunAsync(
            context =>
            {
                seen.Add((context.RetryCount, context.MaxRetryCount));
                throw new InvalidOperationException($"try {context.RetryCount}");
            },
            TimeProvider.System,
            TestContext.Current.CancellationToken));
        failure.Message.ShouldBe("try 2");
        seen.ShouldBe([(0, 2), (1, 2), (2, 2)]);
    }

    [Fact]
    public async Task Run_WithoutALimit_IsTriedUntilItSucceeds()
    {
        var tries = 0;
        await new RetryPolicy(-1, _ => TimeSpan.Zero).RunAsync(
            _ => ++tries < 20 ? throw new InvalidOperationException() : Task.CompletedTask, TimeProvider.System, TestContext.Current.CancellationToken);
        tries.ShouldBe(20);
    }

    private static class Methods
    {
        [FixedDelayRetry(2, "00:00:02")]
        public static void Fixed()
        {
        }

        [ExponentialBackoffRetry(4, "00:00:00.5", "00:00:03")]
        public static void Growing()
        {
        }
    }
}
