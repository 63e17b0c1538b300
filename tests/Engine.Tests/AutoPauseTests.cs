namespace SyncFunctions.Engine.Tests;

public sealed class AutoPauseTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly AutoPause Rule = new("status", ["Completed", "Closed"], 30);

    [Fact]
    public void RestingSince_EntersAValue_IsNow() => Rule.RestingSince(null, With("completed"), Now).ShouldBe(Now);

    [Fact]
    public void RestingSince_GoesOnToAnotherOfTheValues_StaysAsItWas() => Rule.RestingSince(Now.AddDays(-9), With("Closed"), Now).ShouldBe(Now.AddDays(-9));

    [Fact]
    public void RestingSince_LeavesTheValues_IsNothing() => Rule.RestingSince(Now.AddDays(-9), With("Active"), Now).ShouldBeNull();

    [Fact]
    public void RestingSince_TheVendorDoesNotSay_StaysAsItWas() => Rule.RestingSince(Now.AddDays(-9), new Record("1", FieldSet.Empty), Now).ShouldBe(Now.AddDays(-9));

    [Theory]
    [InlineData(29.9, false)]
    [InlineData(30, true)]
    public void IsDue_AfterItsDays(double days, bool due) => Rule.IsDue(Now.AddDays(-days), Now).ShouldBe(due);

    [Fact]
    public void IsDue_NotResting_IsNot() => Rule.IsDue(null, Now).ShouldBeFalse();

    private static Record With(string status) => new("1", FieldSet.Of(("status", FieldValue.Of(status))));
}
