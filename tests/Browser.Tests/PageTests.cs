namespace SyncFunctions.Browser.Tests;

/// <summary>Every page, with something to show and with nothing.</summary>
public sealed class PageTests(BrowserStack stack) : BrowserTest(stack)
{
    private static readonly (string Name, string Path)[] OfTenants =
    [
        ("home", ""),
        ("connections", "/connections"),
        ("connection", "/connections/left"),
        ("notices", "/notices"),
        ("flow-new", "/flows/new"),
    ];

    private static readonly (string Name, string Path)[] OfAdministrators =
    [
        ("connect", "/connections/new"),
        ("connect-synergy", "/connections/new?system=synergy"),
        ("connect-token", "/connections/new?system=connectwise"),
        ("people", "/people"),
        ("audit", "/audit"),
        ("data", "/data"),
    ];

    private static readonly (string Name, string Path)[] OfFlows =
    [
        ("flow", "/f/flow"),
        ("records", "/f/flow/records"),
        ("unmatched", "/f/flow/unmatched?kind=company&side=right"),
        ("conflicts", "/f/flow/conflicts"),
        ("work", "/f/flow/work"),
        ("log", "/f/flow/log"),
        ("calls", "/f/flow/calls"),
        ("runs", "/f/flow/runs"),
        ("settings", "/f/flow/settings"),
        ("setup", "/f/flow/setup"),
    ];

    [Fact]
    public async Task Pages_OfAPracticeWithTrouble_AreWithoutFaultInEveryLook()
    {
        await using var practice = await Practices.WithTroubleAsync(Stack.App);
        var link = (await practice.ItemsAsync("/links?kind=company"))[0].GetProperty("id").GetString();
        var visit = await MemberAsync(practice, "");
        await LookAsync(visit, practice, [.. OfTenants, .. OfAdministrators, .. OfFlows, ("link", $"/f/flow/records/company/{link}"), ("found", "/f/flow/records?search=Parata")], "");
    }

    [Fact]
    public async Task Pages_OfAPracticeThatHasJustBegun_AreWithoutFaultInEveryLook()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await MemberAsync(practice, "", "viewer");
        await LookAsync(visit, practice, [.. OfTenants, .. OfFlows], "empty.");
    }

    [Fact]
    public async Task Pages_OfAProvider_AreWithoutFaultInEveryLook()
    {
        await using var provider = await SyncedPractice.ImportedAsync(Stack.App);
        var project = (await provider.ItemsAsync("/projects"))[0].GetProperty("link").GetString();
        var run = (await provider.ItemsAsync("/runs"))[0].GetProperty("id").GetString();
        var visit = await MemberAsync(provider, "");
        await LookAsync(visit, provider, [("projects", "/f/flow/projects"), ("project", $"/f/flow/projects/{project}"), ("run", $"/f/flow/runs/{run}")], "");
    }

    [Fact]
    public async Task Pages_BeforeAndAfterSignIn_AreWithoutFaultInEveryLook()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var visit = await VisitAsync();
        visit.Expect(401);
        await visit.OpenAsync("/sign-in");
        var faults = await visit.FaultsAsync("sign-in");
        await visit.JoinAsync(practice.Tenant, "viewer");
        await visit.Page.ReloadAsync();
        await visit.OpenAsync("/account");

        faults.Concat(await visit.FaultsAsync("account")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Organisations_OfWhoeverRunsTheApp_AreWithoutFaultInEveryLook()
    {
        var visit = await VisitAsync();
        await visit.SignInAsOperatorAsync();
        await visit.OpenAsync("/tenants");

        (await visit.FaultsAsync("tenants")).ShouldBeEmpty();
    }

    private static async Task LookAsync(Visit visit, SyncedPractice practice, (string Name, string Path)[] pages, string prefix)
    {
        var faults = new List<string>();
        foreach (var (name, path) in pages)
        {
            await visit.OpenAsync($"/t/{practice.Tenant}{path}");
            faults.AddRange(await visit.FaultsAsync(prefix + name));
        }

        faults.ShouldBeEmpty();
    }
}
