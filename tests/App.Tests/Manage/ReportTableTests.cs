using System.Text;
using SyncFunctions.App.Manage;

namespace SyncFunctions.App.Tests.Manage;

public sealed class ReportTableTests
{
    [Theory]
    [InlineData("Ada", "Ada")]
    [InlineData(null, "")]
    [InlineData("Lovelace, Ada", "\"Lovelace, Ada\"")]
    [InlineData("the \"first\"", "\"the \"\"first\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=HYPERLINK(\"http://example.org\")", "\"'=HYPERLINK(\"\"http://example.org\"\")\"")]
    [InlineData("+44 20", "'+44 20")]
    public void Cell_IsWhatASpreadsheetReadsAsThatText(string? value, string cell)
    {
        var table = new StringBuilder();

        ReportTable.Add(table, ["a", value, "z"]);

        table.ToString().ShouldBe($"a,{cell},z\r\n");
    }
}
