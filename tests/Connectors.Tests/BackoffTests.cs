namespace SyncFunctions.Connectors.Tests;

public sealed class BackoffTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0.0, 250)]
    [InlineData(0, 1.0, 500)]
    [InlineData(1, 0.5, 750)]
    [InlineData(4, 1.0, 8_000)]
    [InlineData(5, 1.0, 16_000)]
    [InlineData(6, 1.0, 16_000)]
    [InlineData(int.MaxValue, 0.0, 8_000)]
    public void Delay_WithoutHint_DoublesUpToALimitWithRandomSecondHalf(int repeats, double random, int milliseconds) =>
        Backoff.Delay(repeats, random).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData(7.0, 0.0, 7_000)]
    [InlineData(7.0, 1.0, 7_500)]
    [InlineData(0.1, 0.0, 250)]
    [InlineData(-60.0, 0.0, 250)]
    public void Delay_WithHint_IsNeverBeforeIt(double seconds, double random, int milliseconds) =>
        Backoff.Delay(0, random, Now.AddSeconds(seconds), Now).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void Delay_WholeSeriesOfRepeats_FitsIntoTheTotal() =>
        Enumerable.Range(0, Backoff.MaxRepeats - 1).Sum(repeats => Backoff.Delay(repeats, 0.9).TotalSeconds).ShouldBeLessThan(Backoff.Total.TotalSeconds);
}
