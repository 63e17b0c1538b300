using System.Text.Json;

namespace SyncFunctions.Up.Tests;

public sealed class ConsoleFeedTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 20, 30, 456, TimeSpan.Zero);

    [Theory]
    [InlineData("left", "info", "company   Synergy → tiny+  Müller: Created in tiny+.")]
    [InlineData("right", "warning", "company   tiny+ → Synergy  WARNING: Müller: Created in tiny+.")]
    [InlineData(null, "error", "company                    ERROR: Müller: Created in tiny+.")]
    public void Line_Row_TellsTimeKindDirectionRecordAndWhat(string? side, string level, string expected) =>
        ConsoleFeed.Line(Row(new { at = At, kind = "company", side, level, label = "Müller", text = "Created in tiny+." }))
            .ShouldBe($"{At.ToLocalTime():HH:mm:ss.fff}  {expected}");

    [Fact]
    public void Line_RowWithoutRecord_TellsWhat() =>
        ConsoleFeed.Line(Row(new { at = At, level = "info", text = "The flow went live." })).ShouldEndWith("  The flow went live.");

    private static JsonElement Row(object row) => JsonSerializer.SerializeToElement(row);
}
