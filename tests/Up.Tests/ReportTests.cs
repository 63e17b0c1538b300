using System.Text.Json;

namespace SyncFunctions.Up.Tests;

/// <summary>What the smoke test and the load say about what they see.</summary>
public sealed class ReportTests
{
    private static readonly JsonElement Record = JsonSerializer.SerializeToElement(new { name = "Ziegel", phones = new { phone = "1" }, ghost = true, empty = (string?)null });

    [Fact]
    public void Difference_AllAsExpected_IsNull() =>
        Smoke.Difference(Record, [new("name", "Ziegel"), new("phones.phone", "1"), new("ghost", true)]).ShouldBeNull();

    [Theory]
    [InlineData("name", "ziegel", "name is 'Ziegel', expected 'ziegel'")]
    [InlineData("phones.phone", "2", "phones.phone is '1', expected '2'")]
    [InlineData("phones.mobile", "2", "phones.mobile is 'nothing', expected '2'")]
    [InlineData("empty", "x", "empty is '', expected 'x'")]
    public void Difference_OtherValue_NamesTheField(string field, string expected, string sentence) =>
        Smoke.Difference(Record, [new("name", "Ziegel"), new(field, expected)]).ShouldBe(sentence);

    [Fact]
    public void Difference_OtherFlag_NamesTheField() => Smoke.Difference(Record, [new("ghost", false)]).ShouldBe("ghost is 'True', expected 'false'");

    [Fact]
    public void Progress_Running_TellsKindsPaceAndRest()
    {
        var now = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
        var run = JsonSerializer.SerializeToElement(new
        {
            counts = new { company = new { done = 1000, total = 2500 }, staff = new { done = 3, total = 0 } },
            perMinute = 600.0,
            estimatedEndAt = now.AddSeconds(90),
        });

        Load.Progress(run, TimeSpan.FromSeconds(3725), now).ShouldBe("01:02:05  company 1,000/2,500  staff 3  10 a second  90 s left");
    }

    [Fact]
    public void Progress_Ended_TellsTheKinds() =>
        Load.Progress(
            JsonSerializer.SerializeToElement(new { counts = new { staff = new { done = 3, total = 3 } }, perMinute = (double?)null, estimatedEndAt = (string?)null }),
            TimeSpan.FromSeconds(5),
            DateTimeOffset.UnixEpoch).ShouldBe("00:00:05  staff 3/3");
}
