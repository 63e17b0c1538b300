using System.Text.Json.Nodes;

namespace SyncFunctions.Up.Tests;

public sealed class DebianIndexTests
{
    private const string Odd = """
        Package: zathura
        Version: 0.5.2-1
        Maintainer: Debian Foo Team <team+foo@tracker.debian.org>,
        Description: document viewer with vi-like controls
         A long description, which the index normally leaves out:
         Maintainer: not this one <no@example.org>
        Homepage: https://pwmt.org

        Package: zathura-dev
        Source: zathura (0.5.2-0.1)
        version: 0.5.2-1
        Maintainer: Debian Foo Team <team+foo@tracker.debian.org>
        Description: headers

        Version: 1.0
        Maintainer: nobody
        Description: a paragraph without a name


        Package: solo
        Version: 1
        Maintainer: Martin-Éric Racine
          <martin-eric.racine@iki.fi>
        Description: Ünïcode 記述
        this line has no colon at its place
        Tag: role::app-data
        """;

    [Fact]
    public void Parse_OddIndex_ReadsEveryPackageWithAName()
    {
        var packages = DebianIndex.Parse(new StringReader(Odd)).ToList();

        packages.ShouldBe(
        [
            new("zathura", "zathura", "0.5.2-1", "Debian Foo Team <team+foo@tracker.debian.org>,", "document viewer with vi-like controls", "https://pwmt.org"),
            new("zathura-dev", "zathura", "0.5.2-0.1", "Debian Foo Team <team+foo@tracker.debian.org>", "headers", ""),
            new("solo", "solo", "1", "Martin-Éric Racine <martin-eric.racine@iki.fi>", "Ünïcode 記述", ""),
        ]);
    }

    [Fact]
    public void Parse_WindowsLineEndsAndNoEnd_ReadsTheSame() =>
        DebianIndex.Parse(new StringReader(Odd.ReplaceLineEndings("\r\n"))).ShouldBe(DebianIndex.Parse(new StringReader(Odd)));

    [Theory]
    [InlineData("Jane Roe <jane@example.org>", "Jane Roe", "jane@example.org")]
    [InlineData("Debian Python Team <team+python@tracker.debian.org>,", "Debian Python Team", "team+python@tracker.debian.org")]
    [InlineData("Steve L <vorlon@debian.org>, Michael V <mv@ubuntu.com>", "Steve L", "vorlon@debian.org")]
    [InlineData("\"Natural Language Processing (Japanese)\" <team+nlp@tracker.debian.org>", "Natural Language Processing (Japanese)", "team+nlp@tracker.debian.org")]
    [InlineData("Barbara \"Jana\" Wisniowska <debian@janapirat.de>", "Barbara Jana Wisniowska", "debian@janapirat.de")]
    [InlineData("\"Roe, Jane\" <jane@example.org>, other@example.org", "Roe, Jane", "jane@example.org")]
    [InlineData("Roe, Jane <jane@example.org>", "Roe, Jane", "jane@example.org")]
    [InlineData("bare@example.org", "bare@example.org", "bare@example.org")]
    [InlineData("<only@example.org>", "only@example.org", "only@example.org")]
    [InlineData("No Address", "No Address", "")]
    [InlineData("Open Bracket <open@example.org", "Open Bracket", "open@example.org")]
    [InlineData("One \" Quote <q@example.org>", "One  Quote", "q@example.org")]
    [InlineData("", "", "")]
    public void ReadMaintainer_Odd_NameAndAddress(string field, string name, string email) =>
        DebianIndex.ReadMaintainer(field).ShouldBe((name, email));

    [Fact]
    public void ToRecords_SourcesTeamsAndPeople_EachOnce()
    {
        var data = DebianIndex.ToRecords(DebianIndex.Parse(new StringReader(Odd)));

        data.Projects.Select(project => (Text(project.Record, "name"), Text(project.Record, "number"), project.Company)).ShouldBe(
            [("zathura", "zathura 0.5.2-1", 0), ("solo", "solo 1", 1)]);
        data.Companies.Select(company => Text(company, "name")).ShouldBe(["Debian Foo Team", "iki.fi"]);
        data.Personnel.Select(person => (Text(person.Record, "firstName"), Text(person.Record, "lastName"), Text(person.Record, "email"), person.Company)).ShouldBe(
        [
            ("Debian Foo", "Team", "team+foo@tracker.debian.org", 0),
            ("Martin-Éric", "Racine", "martin-eric.racine@iki.fi", 1),
        ]);
    }

    [Fact]
    public void ToRecords_SameNameOtherAddress_AreTwoPeople()
    {
        var data = DebianIndex.ToRecords(
        [
            new("a", "a", "1", "Jo Doe <jo@a.example>", "", ""),
            new("b", "b", "1", "Jo Doe <jo@b.example>", "", ""),
            new("c", "c", "1", "Jo Doe <jo@a.example>", "", ""),
        ]);

        data.Personnel.Count.ShouldBe(2);
        data.Projects.Select(project => project.Company).ShouldBe([0, 1, 0]);
    }

    [Fact]
    public void ToRecords_LongTexts_FitTheVendorsFields()
    {
        var name = new string('n', 80);
        var data = DebianIndex.ToRecords([new(name, name, "1:2.3", $"{new string('m', 254)}😀 <a@b.example>", new string('d', 9000), "")]);

        Text(data.Projects[0].Record, "number").Length.ShouldBe(50);
        Text(data.Projects[0].Record, "scope").Length.ShouldBe(2000);
        Text(data.Personnel[0].Record, "lastName").ShouldBe(new string('m', 254));
    }

    private static string Text(JsonObject record, string field) => record[field]!.GetValue<string>();
}
