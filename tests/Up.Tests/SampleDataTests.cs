namespace SyncFunctions.Up.Tests;

public sealed class SampleDataTests
{
    [Theory]
    [InlineData(1, 1, 1, 3)]
    [InlineData(400, 100, 200, 10)]
    public void Create_Projects_WithTheOtherKindsInProportion(int projects, int companies, int contacts, int staff)
    {
        var data = SampleData.Create(projects);

        (data.Projects.Count, data.Companies.Count, data.Personnel.Count, data.Staff.Count).ShouldBe((projects, companies, contacts, staff));
        data.Projects.ShouldAllBe(project => project.Company >= 0 && project.Company < companies);
    }

    [Fact]
    public void Create_SameNumber_SameRecords() =>
        SampleData.Create(50).Projects.Select(project => project.Record.ToJsonString()).ShouldBe(SampleData.Create(50).Projects.Select(project => project.Record.ToJsonString()));

    [Fact]
    public void Create_Many_NumbersNamesAndAddressesDiffer()
    {
        var data = SampleData.Create(2000);

        data.Projects.Select(project => project.Record["number"]!.GetValue<string>()).ShouldBeUnique();
        data.Companies.Select(company => company["name"]!.GetValue<string>()).ShouldBeUnique();
        data.Personnel.Select(person => person.Record["email"]!.GetValue<string>()).ShouldBeUnique();
    }
}
