using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class AttackTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task Viewer_SeesNothingToPressAndIsRefusedWhatIsCalledAllTheSame()
    {
        await using var practice = await Practices.WithTroubleAsync(Stack.App);
        var link = (await practice.ItemsAsync("/links?kind=company"))[0].GetProperty("id").GetString();
        var visit = await MemberAsync(practice, "/f/flow/conflicts", "viewer");
        var flow = $"tenants/{practice.Tenant}/flows/flow";

        await Assertions.Expect(visit.Page.GetByText("Ziegelwerk").First).ToBeVisibleAsync();
        await NoButtonAsync("Restore");
        await visit.OpenAsync($"/t/{practice.Tenant}/f/flow/records/company/{link}");
        foreach (var name in new[] { "Sync now", "Pause", "Unlink", "Disconnect", "Apply" }) await NoButtonAsync(name);
        await visit.OpenAsync($"/t/{practice.Tenant}/f/flow/unmatched?kind=company&side=right");
        await Assertions.Expect(visit.Page.GetByText("Kauri Timber").First).ToBeVisibleAsync();
        foreach (var name in new[] { "Create in", "Do not match", "Link " }) await NoButtonAsync(name);

        visit.Expect(403);
        (string Method, string Path, object? Body)[] calls =
        [
            ("POST", $"{flow}/sync", new { mode = "delta" }),
            ("PATCH", flow, new { enabled = false }),
            ("POST", $"{flow}/disconnect", null),
            ("POST", $"{flow}/links/company/{link}/push", new { fields = new { phone = "leftToRight" } }),
            ("DELETE", $"{flow}/links/company/{link}", null),
            ("POST", $"{flow}/unmatched/dismiss", new { kind = "company", side = "right", id = "1" }),
            ("POST", $"tenants/{practice.Tenant}/invitations", new { role = "administrator" }),
            ("POST", $"tenants/{practice.Tenant}/keys", new { name = "mine", role = "administrator" }),
            ("PATCH", $"tenants/{practice.Tenant}", new { recordsApi = true }),
            ("GET", $"tenants/{practice.Tenant}/audit", null),
        ];
        foreach (var (method, path, body) in calls) (await visit.CallAsync(method, path, body)).ShouldBe(403, $"{method} {path}");
        (await visit.CallAsync("GET", "tenants")).ShouldBe(403);

        Task NoButtonAsync(string name) => Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Administrator_OfAnotherTenant_LearnsNothingByItsIds()
    {
        await using var own = await SyncedPractice.ConnectedAsync(Stack.App);
        await using var other = await Practices.WithTroubleAsync(Stack.App);
        var link = (await other.ItemsAsync("/links?kind=company"))[0].GetProperty("id").GetString();
        var visit = await MemberAsync(own, "/f/flow");
        visit.Expect(404);

        foreach (var tenant in new[] { other.Tenant, "nobody" })
        {
            (string Method, string Path, object? Body)[] calls =
            [
                ("GET", $"tenants/{tenant}", null),
                ("GET", $"tenants/{tenant}/users", null),
                ("GET", $"tenants/{tenant}/connections/left", null),
                ("GET", $"tenants/{tenant}/flows", null),
                ("GET", $"tenants/{tenant}/flows/flow/links?kind=company", null),
                ("GET", $"tenants/{tenant}/flows/flow/links/company/{link}", null),
                ("POST", $"tenants/{tenant}/flows/flow/links/company/{link}/push", new { fields = new { phone = "leftToRight" } }),
                ("POST", $"tenants/{tenant}/flows/flow/sync", new { mode = "delta" }),
                ("PATCH", $"tenants/{tenant}/flows/flow", new { enabled = false }),
                ("POST", $"tenants/{tenant}/invitations", new { role = "administrator" }),
                ("DELETE", $"tenants/{tenant}/keys/1", null),
            ];
            foreach (var (method, path, body) in calls) (await visit.CallAsync(method, path, body)).ShouldBe(404, $"{method} {path}");
        }

        // An id of the other tenant's below an address of one's own.
        (await visit.CallAsync("GET", $"tenants/{own.Tenant}/flows/flow/links/company/{link}")).ShouldBe(404);
        await visit.OpenAsync($"/t/{other.Tenant}/f/flow/conflicts");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("There is no such page");
    }

    [Fact]
    public async Task PageOfAnotherSite_CanDoNothingWithTheSessionOfWhoeverLooksAtIt()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, "/f/flow");
        var forged = await visit.Context.APIRequest.PatchAsync(
            new Uri(Stack.App.Address, $"api/manage/v1/tenants/{practice.Tenant}/flows/flow").AbsoluteUri,
            new() { Headers = [new("Origin", "https://elsewhere.example")], DataObject = new { name = "Stolen" } });
        forged.Status.ShouldBe(403, await forged.TextAsync());
        (await practice.GetAsync("")).GetProperty("name").GetString().ShouldNotBe("Stolen");
    }
}
