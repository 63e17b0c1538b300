using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

[Trait("Category", "Contract")]
public sealed class TinyPlusContractTests
{
    [Fact]
    public async Task Contact_OfACompany_IsFoundByAnyField()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus");
        var company = (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", "Acme"), default)).Success();
        var fields = FieldSet.Of(("first_name", FieldValue.Of("Ada")), ("email_address", FieldValue.Of("ada@acme.example")), ("primary_company", new FieldValue.Reference(company.Id)));
        var contact = (await vendor.Connector.CreateAsync(vendor.Scope, "contacts", fields, default)).Success();
        await vendor.AddAsync("contacts", new { first_name = "Bob", email_address = "bob@acme.example" });
        foreach (var where in new[] { One("email_address", "ADA@acme.example"), FieldSet.Of(("primary_company", new FieldValue.Reference(company.Id))) })
            (await Lists.AllAsync(vendor.Connector, vendor.Scope, "contacts", new ListRequest(Where: where))).ShouldHaveSingleItem().Id.ShouldBe(contact.Id);
    }

    [Fact]
    public async Task Record_Archived_StaysInLists()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus");
        var company = (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", "Acme"), default)).Success();
        (await vendor.Connector.UpdateAsync(vendor.Scope, "companies", company.Id, One("record_status", "archived"), default)).Success();
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "companies", new ListRequest())).ShouldHaveSingleItem().Fields["record_status"].ShouldBe(FieldValue.Of("archived"));
    }

    [Fact]
    public async Task TeamMember_IsCreatedAsAGhostAndCanBeActivated()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus");
        var ghost = (await vendor.Connector.CreateAsync(vendor.Scope, "team_members", One("first_name", "Ada").With("ghost", FieldValue.Of(true)), default)).Success();
        ghost.Fields["ghost"].ShouldBe(FieldValue.Of(true));
        await vendor.EditAsync("team_members", ghost.Id, new { ghost = false });
        (await vendor.Connector.GetAsync(vendor.Scope, "team_members", ghost.Id, default)).Success().Fields["ghost"].ShouldBe(FieldValue.Of(false));
    }

    [Fact]
    public async Task Progress_StageAndStages_AreReadAndWritten()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus");
        await vendor.AddAsync("pipeline_stages", new { name = "Design", position = 1 });
        var project = await vendor.AddAsync("projects", new { name = "Library" });
        var fields = FieldSet.Of(("stage", FieldValue.Of("Design")), ("stages", new FieldValue.Set("Concept: Active", "Tender: Completed")));
        (await vendor.Connector.UpdateAsync(vendor.Scope, "progress", project, fields, default)).Success().Fields.ShouldBe(fields);
        (await vendor.Connector.GetAsync(vendor.Scope, "progress", project, default)).Success().Fields.ShouldBe(fields);
        (await vendor.Connector.UpdateAsync(vendor.Scope, "progress", project, One("stage", "Unheard of"), default)).Failed(FailureKind.Permanent).Message.ShouldContain("stage");
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "pipeline_stages", new ListRequest())).ShouldHaveSingleItem().Label.ShouldBe("Design");
    }

    [Fact]
    public async Task List_ManyRowsOfOneSecond_IsWalkedToItsEnd()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus", null, ("pageSize", "15"));
        for (var i = 0; i < 50; i++)
            (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", $"Row {i}"), default)).Success();
        var rows = await Lists.AllAsync(vendor.Connector, vendor.Scope, "companies", new ListRequest(vendor.Clock.GetUtcNow()));
        rows.Select(row => row.Id).Distinct().Count().ShouldBe(50);
        rows.Count.ShouldBe(50);
    }

    [Fact]
    public async Task List_Total_IsWhatTheVendorSays()
    {
        await using var vendor = await Simulated.StartAsync("tinyplus");
        await vendor.AddManyAsync("companies", 3, i => new { name = $"Row {i}" });
        (await vendor.Connector.ListAsync(vendor.Scope, "companies", new ListRequest(), default)).Success().Total.ShouldBe(3);
    }
}
