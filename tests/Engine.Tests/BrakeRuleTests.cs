namespace SyncFunctions.Engine.Tests;

public sealed class BrakeRuleTests
{
    [Theory]
    [InlineData(3, 3, false)]
    [InlineData(4, 10, true)]
    [InlineData(4, 40, false)]
    [InlineData(5, 40, true)]
    [InlineData(200, 2000, false)]
    [InlineData(201, 2000, true)]
    [InlineData(200, 100_000, false)]
    [InlineData(201, 100_000, true)]
    public void Trips_MoreThanThreeAndThanATenthOrTwoHundred(int vanishing, int links, bool trips) => BrakeRule.Trips(vanishing, links).ShouldBe(trips);
}
