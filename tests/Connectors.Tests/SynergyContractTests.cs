using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Tests.ContractTests;

namespace SyncFunctions.Connectors.Tests;

[Trait("Category", "Contract")]
public sealed class SynergyContractTests
{
    [Fact]
    public async Task Personnel_BelongToTheirCompany()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var company = (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", "Acme"), default)).Success();
        var fields = FieldSet.Of(("firstName", FieldValue.Of("Ada")), ("lastName", FieldValue.Of("Byron")), ("mobile", FieldValue.Of("1")), ("companyId", new FieldValue.Reference(company.Id)));
        var person = (await vendor.Connector.CreateAsync(vendor.Scope, "personnel", fields, default)).Success();
        person.Fields["companyId"].ShouldBe(new FieldValue.Reference(company.Id));
        person.Fields["mobile"].ShouldBe(FieldValue.Of("1"));
        person.Label.ShouldBe("Ada Byron");
        (await Ids(vendor, "personnel")).ShouldBe([person.Id]);
        (await Ids(vendor, "companies")).ShouldBe([company.Id]);
    }

    [Fact]
    public async Task Contact_OfAnotherType_IsNotFound()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var company = (await vendor.Connector.CreateAsync(vendor.Scope, "companies", One("name", "Acme"), default)).Success();
        var person = await vendor.AddAsync("individuals", new { firstName = "Ada" });
        (await vendor.Connector.GetAsync(vendor.Scope, "companies", person, default)).Failed(FailureKind.NotFound);
        (await vendor.Connector.GetAsync(vendor.Scope, "personnel", company.Id, default)).Failed(FailureKind.NotFound);
        (await vendor.Connector.GetAsync(vendor.Scope, "companies", company.Id, default)).Success().ShouldBe(company);
    }

    [Fact]
    public async Task Companies_AddressAndPhone_GoInAndOutOfTheirNests()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var fields = FieldSet.Of(("name", FieldValue.Of("Acme")), ("phone", FieldValue.Of("1")), ("address1", FieldValue.Of("1 Quay")), ("town", FieldValue.Of("Acme")));
        var company = (await vendor.Connector.CreateAsync(vendor.Scope, "companies", fields, default)).Success();
        var updated = (await vendor.Connector.UpdateAsync(vendor.Scope, "companies", company.Id, One("town", "Beta"), default)).Success();
        updated.Fields.ShouldSatisfyAllConditions(
            () => updated.Fields["town"].ShouldBe(FieldValue.Of("Beta")),
            () => updated.Fields["address1"].ShouldBe(FieldValue.Of("1 Quay")),
            () => updated.Fields["phone"].ShouldBe(FieldValue.Of("1")));
    }

    [Fact]
    public async Task Project_Archived_StaysInListsAndIsFoundByNumber()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        await vendor.AddAsync("statuses", new { name = "Active", statusTypeId = 2 });
        var project = (await vendor.Connector.CreateAsync(vendor.Scope, "projects", FieldSet.Of(("name", FieldValue.Of("Old")), ("number", FieldValue.Of("P-1"))), default)).Success();
        (await vendor.Connector.UpdateAsync(vendor.Scope, "projects", project.Id, FieldSet.Of(("isActive", FieldValue.Of(false))), default)).Success();
        (await Ids(vendor, "projects")).ShouldBe([project.Id]);
        var found = await Lists.AllAsync(vendor.Connector, vendor.Scope, "projects", new ListRequest(Where: One("number", "P-1")));
        found.ShouldHaveSingleItem().Id.ShouldBe(project.Id);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "projects", new ListRequest(Where: One("number", "P-2")))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Project_UpdatedByPut_KeepsWhatWasNotSent()
    {
        await using var vendor = await Simulated.StartAsync("synergy", null, ("updateVerb", "PUT"));
        var project = (await vendor.Connector.CreateAsync(vendor.Scope, "projects", FieldSet.Of(("name", FieldValue.Of("Depot")), ("scope", FieldValue.Of("All"))), default)).Success();
        var updated = (await vendor.Connector.UpdateAsync(vendor.Scope, "projects", project.Id, One("name", "Depot 2"), default)).Success();
        updated.Fields["scope"].ShouldBe(FieldValue.Of("All"));
        updated.Fields["name"].ShouldBe(FieldValue.Of("Depot 2"));
    }

    [Fact]
    public async Task Progress_StatusAndStages_AreReadAndTheStatusWritten()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var active = await vendor.AddAsync("statuses", new { name = "Active", statusTypeId = 2 });
        await vendor.AddAsync("statuses", new { name = "Completed", statusTypeId = 4 });
        var project = await vendor.AddAsync("projects", new { name = "Library", number = "P-1", statusId = long.Parse(active) });
        await vendor.AddAsync("stages", new { name = "Concept", projectId = long.Parse(project), statusId = long.Parse(active) });

        var progress = (await vendor.Connector.GetAsync(vendor.Scope, "progress", project, default)).Success();
        progress.Fields.ShouldBe(FieldSet.Of(("statusName", FieldValue.Of("Active")), ("stages", new FieldValue.Set("Concept: Active"))));
        vendor.Calls.Clear();
        var written = (await vendor.Connector.UpdateAsync(vendor.Scope, "progress", project, One("statusName", "Completed"), default)).Success();
        written.Fields["statusName"].ShouldBe(FieldValue.Of("Completed"));
        vendor.Calls.Count.ShouldBe(2, "the look-up and the write");
        (await vendor.Connector.GetAsync(vendor.Scope, "projects", project, default)).Success().Fields["statusName"].ShouldBe(FieldValue.Of("Completed"));
        (await Ids(vendor, "statuses")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Stages_AreListedPerProject()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var project = await vendor.AddAsync("projects", new { name = "Library" });
        await vendor.AddManyAsync("stages", 25, i => new { name = $"Stage {i}", projectId = long.Parse(project) });
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("pageSize", "20") };
        var stages = await Lists.AllAsync(vendor.Connector, vendor.Scope, "stages", new ListRequest(ParentId: project));
        stages.Select(stage => stage.Id).Distinct().Count().ShouldBe(25);
        (await vendor.Connector.GetAsync(vendor.Scope, "stages", stages[0].Id, default)).Success().Label.ShouldBe("Stage 0");

        await vendor.RemoveAsync("projects", project);
        (await vendor.Connector.GetAsync(vendor.Scope, "stages", stages[0].Id, default)).Failed(FailureKind.NotFound);
        (await vendor.Connector.GetAsync(vendor.Scope, "progress", project, default)).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task List_LastRowOfThePageIsEditedAndMovesToTheEnd_DoesNotHideTheRowsBetween()
    {
        await using var vendor = await Simulated.StartAsync("synergy", null, ("pageSize", "20"));
        var ids = await vendor.AddManyAsync("contacts", 25, i => new { name = $"Row {i}" });
        var records = await Lists.AllAsync(vendor.Connector, vendor.Scope, "companies", new ListRequest(), async page =>
        {
            if (page == 1)
                await vendor.EditAsync("contacts", ids[19], new { name = "Edited" });
        });
        records.Select(record => record.Id).Distinct().ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task Token_ExpiredUnderManyCalls_IsRefreshedOnce()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var first = await vendor.IssueTokensAsync();
        var source = new RefreshingCredentials(vendor, first);
        vendor.Scope = vendor.Scope with { Credentials = source };
        await vendor.RevokeAsync("access");
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => vendor.Connector.ListAsync(vendor.Scope, "companies", new ListRequest(), default)));
        results.ShouldAllBe(result => result.Failure == null);
        (await vendor.CallsAsync("POST", "RefreshAccessToken")).ShouldBe(1);
    }

    [Fact]
    public async Task RefreshToken_UsedOrRevoked_NeedsAPerson()
    {
        await using var vendor = await Simulated.StartAsync("synergy");
        var first = await vendor.IssueTokensAsync();
        (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Success().RefreshToken.ShouldNotBe(first.RefreshToken);
        (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Failed(FailureKind.AuthExpired);
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("applicationSecret", "wrong") };
        (await vendor.Connector.RefreshAsync(vendor.Scope, first, default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Organisation_OfAnotherAccount_IsMisconfigured()
    {
        await using var vendor = await Simulated.StartAsync("synergy", null, ("organisation", "elsewhere"));
        (await vendor.Connector.ListAsync(vendor.Scope, "projects", new ListRequest(), default)).Failed(FailureKind.Misconfigured);
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.Misconfigured).Message.ShouldContain("elsewhere");
    }

    private static async Task<List<string>> Ids(Simulated vendor, string kind) =>
        [.. (await Lists.AllAsync(vendor.Connector, vendor.Scope, kind, new ListRequest())).Select(record => record.Id)];

    /// <summary>What the app does with stored credentials: one refresh at a time, and none if another has refreshed meanwhile.</summary>
    private sealed class RefreshingCredentials(Simulated vendor, Credentials first) : ICredentialSource
    {
        private readonly SemaphoreSlim _gate = new(1);
        private Credentials _current = first;

        public ValueTask<VendorResult<Credentials>> GetAsync(CancellationToken cancellation) => ValueTask.FromResult<VendorResult<Credentials>>(_current);

        public async ValueTask<VendorResult<Credentials>> RenewAsync(Credentials refused, CancellationToken cancellation)
        {
            await _gate.WaitAsync(cancellation);
            try
            {
                if (_current != refused)
                    return _current;
                var renewed = await vendor.Connector.RefreshAsync(vendor.Scope, refused, cancellation);
                if (renewed.TryGet(out var credentials, out _))
                    _current = credentials;
                return renewed;
            }
            finally
            {
                _gate.Release();
            }
        }
    }
}
