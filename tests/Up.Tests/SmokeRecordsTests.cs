namespace SyncFunctions.Up.Tests;

public sealed class SmokeRecordsTests
{
    [Fact]
    public void Create_CoversEveryKindInEveryDirectionOnce() =>
        SmokeRecords.Create().Select(record => $"{record.Kind} {record.Source}").Order().ShouldBe(
            ["company synergy", "company tinyplus", "contact synergy", "contact tinyplus", "project synergy", "project tinyplus", "staff synergy"]);

    [Fact]
    public void Create_Words_AreInNoOtherRecord()
    {
        var records = SmokeRecords.Create();

        foreach (var record in records)
            records.Where(other => other.Created.ToJsonString().Contains(Escaped(record.Word))).ShouldBe([record]);

        static string Escaped(string word) => System.Text.Json.JsonSerializer.Serialize(word).Trim('"');
    }
}
