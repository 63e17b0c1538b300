namespace SyncFunctions.Engine.Tests;

public sealed class DelaysTests
{
    [Theory]
    [InlineData(0.5, new[] { 0.5, 1.5 })]
    [InlineData(1.5, new[] { 2.0, 2.0, 2.0, 2.0, 2.0 })]
    [InlineData(1.5, new[] { 1.5 })]
    [InlineData(0.25, new[] { -3.0 })]
    [InlineData(86_400, new[] { 100_000.0, 200_000.0 })]
    public void Half_IsReadOffTheStepItFallsInto(double half, double[] seconds) => Delays.Within(Of(seconds), 0.5).ShouldBe(half);

    [Fact]
    public void Share_OfManyQuickAndFewSlow_TellsTheSlow()
    {
        var took = Of([.. Enumerable.Repeat(0.8, 94), .. Enumerable.Repeat(50.0, 6)]);

        Delays.Within(took, 0.5).ShouldNotBeNull().ShouldBeInRange(0.5, 1);
        Delays.Within(took, 0.95).ShouldNotBeNull().ShouldBeInRange(30, 60);
    }

    [Fact]
    public void Sum_OfTwoHours_IsThatOfAllTheirChanges() => Delays.Plus(Of(1, 7), Of(400)).ShouldBe(Of(1, 7, 400));

    [Fact]
    public void Nothing_WasMeasured_TellsNothing() => Delays.Within(Delays.None, 0.5).ShouldBeNull();

    private static System.Collections.Immutable.ImmutableArray<int> Of(params double[] seconds) =>
        seconds.Aggregate(Delays.None, (counts, took) => Delays.Plus(counts, TimeSpan.FromSeconds(took)));
}
