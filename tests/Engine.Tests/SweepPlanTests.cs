namespace SyncFunctions.Engine.Tests;

public sealed class SweepPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TimeSpan Every = TimeSpan.FromHours(4);

    [Fact]
    public void NextAt_NeverSwept_CountsFromGoingLive() => SweepPlan.NextAt(Every, Now, null, null).ShouldBe(Now + Every);

    [Fact]
    public void NextAt_Swept_CountsFromItsBeginning() => SweepPlan.NextAt(Every, Now.AddDays(-9), Now, null).ShouldBe(Now + Every);

    [Fact]
    public void NextAt_PutOff_WaitsForIt() => SweepPlan.NextAt(Every, Now, Now, Now.AddDays(1)).ShouldBe(Now.AddDays(1));

    [Fact]
    public void NextAt_PutOffToATimeThatIsEarlier_IsNoSooner() => SweepPlan.NextAt(Every, Now, Now, Now.AddHours(1)).ShouldBe(Now + Every);

    [Fact]
    public void NextAt_Off_IsNever() => SweepPlan.NextAt(TimeSpan.Zero, Now, Now, null).ShouldBeNull();

    [Fact]
    public void NextAt_NotLive_IsNever() => SweepPlan.NextAt(Every, null, null, null).ShouldBeNull();

    [Theory]
    [InlineData(100, 100, 300, true)]
    [InlineData(101, 100, 300, false)]
    [InlineData(1, 300, 300, false)]
    public void CanAfford_HalfOfWhatIsLeft(int calls, int used, int limit, bool can) => SweepPlan.CanAfford(calls, used, limit).ShouldBe(can);
}
