using Microsoft.Playwright;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Browser.Tests;

/// <summary>With an app of its own, which is killed.</summary>
public sealed class OnboardingTests(BrowserStack stack) : BrowserTest(stack), IClassFixture<BrowserStack>
{
    private const string Customer = "Kiln & Partners";
    private const string Owner = "ada@kiln.example";
    private const string Account = "kiln";
    private const int Companies = 30;
    private const int Projects = 40;

    [Fact]
    public async Task Customer_FromNothingToASyncedFlow_WithTheAppKilledInTheImport_HasEverythingOnceAndOneMail()
    {
        using var synergyScreens = new HttpClient { BaseAddress = new Uri(Stack.App.Vendors, "synergy/_sim/") };
        using var tinyPlusScreens = new HttpClient { BaseAddress = new Uri(Stack.App.Vendors, "tinyplus/_sim/") };
        var (synergy, tinyPlus) = (await AccountAsync(synergyScreens), await AccountAsync(tinyPlusScreens));
        await FillAsync(synergy, tinyPlus);
        // The import comes to the projects, and waits there as long as it is not killed.
        await Stack.App.FaultsAsync("tinyplus", new { match = new { method = "GET", path = "^/v2/projects" }, kind = "delay", delayMs = 120_000, count = 1 });

        var link = await InvitationAsync();
        var (state, setup) = await SetUpAsync(link);

        (await tinyPlus.AllAsync("projects")).ShouldBeEmpty();
        await Stack.App.KillAppAsync();
        await Stack.App.StartAppAsync(Cancellation);
        var visit = await VisitAsync(state);
        await visit.Page.GotoAsync(setup);
        await Assertions.Expect(visit.Page.GetByText("The import is complete. Both sides are kept the same from now on.")).ToBeVisibleAsync();
        await visit.ShotAsync("import-complete");

        await ReportedAsync(visit, "Staff", await synergy.AllAsync("staff"), await tinyPlus.AllAsync("team_members"));
        await ReportedAsync(visit, "Company", await synergy.AllAsync("contacts"), await tinyPlus.AllAsync("companies"));
        await ReportedAsync(visit, "Project", await synergy.AllAsync("projects"), await tinyPlus.AllAsync("projects"));
        (await tinyPlus.AllAsync("projects")).Select(project => project["name"]).ShouldBe(Enumerable.Range(1, Projects).Select(number => $"Project {number}"), ignoreOrder: true);
        await Assertions.Expect(visit.Page.GetByText("It was sent.")).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "See how it is doing" }).ClickAsync();
        var lobby = (await synergy.FindAsync("projects", new { name = "Project 1" }))[0];
        await synergy.EditAsync(lobby, new { name = "Lobby" });
        // Where a poll is faster than the click, the page says so.
        visit.Expect(409);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sync now" }).ClickAsync();
        await tinyPlus.OneAsync("projects", new { name = "Lobby" });
        Stack.Mails.Where(mail => mail.Contains("Subject: The import", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain(Owner);
    }

    private static async Task<CustomerAccount> AccountAsync(HttpClient vendor)
    {
        using var added = await vendor.PostAsync("accounts", JsonText.Content(new { slug = Account, name = Customer, seed = false }), Cancellation);
        added.EnsureSuccessStatusCode();
        return new CustomerAccount(vendor, Account, () => Task.FromResult(""));
    }

    private static async Task FillAsync(CustomerAccount synergy, CustomerAccount tinyPlus)
    {
        // Who consents has to be somebody on both sides.
        var administrator = $"admin@{Account}.example";
        await synergy.CreateAsync("staff", new { firstName = "Account", lastName = "administrator", email = administrator });
        await tinyPlus.CreateAsync("team_members", new { first_name = "Account", last_name = "administrator", email_address = administrator });
        await synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@kiln.example" });
        await synergy.CreateAsync("statuses", new { name = "Concept" });
        await tinyPlus.CreateAsync("pipeline_stages", new { name = "Sketch" });
        await synergy.CreateAllAsync("contacts", Enumerable.Range(1, Companies).Select(number => new { name = $"Company {number}" }));
        await tinyPlus.CreateAllAsync("companies", Enumerable.Range(Companies - 4, 10).Select(number => new { name = $"Company {number}" }));
        await synergy.CreateAllAsync("projects", Enumerable.Range(1, Projects).Select(number => new { name = $"Project {number}", number = $"26-{number:000}" }));
    }

    /// <summary>What whoever runs the app does.</summary>
    /// <returns>The link for the customer.</returns>
    private async Task<string> InvitationAsync()
    {
        var visit = await VisitAsync();
        visit.Expect(401);
        await visit.OpenAsync("/");
        await visit.Page.GetByLabel("E-mail address").FillAsync("admin@localhost");
        await visit.Page.GetByLabel("Password").FillAsync(Stack.App.AdministratorPassword);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "New organisation" }).First.ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync(Customer);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Make it and invite" }).ClickAsync();
        return await visit.Page.GetByLabel("Invitation link").InputValueAsync();
    }

    /// <summary>What the customer does, until the import is under way; then the browser is closed.</summary>
    /// <returns>What the browser remembers, and the address of the setup.</returns>
    private async Task<(string State, string Address)> SetUpAsync(string invitation)
    {
        var visit = await VisitAsync();
        visit.Expect(401);
        var page = visit.Page;
        await page.GotoAsync(invitation);
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByLabel("E-mail address").FillAsync(Owner);
        await page.GetByLabel("Password").FillAsync("correct horse battery staple");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Set up the first flow" }).ClickAsync();
        await page.GetByLabel("Total Synergy and tiny+").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the flow" }).ClickAsync();
        foreach (var system in new[] { "Total Synergy", "tiny+" }) await SignInAsync(page, system);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Match people" })).ToBeVisibleAsync();
        await page.GetByLabel("Inés Castellanos").SelectOptionAsync("Create in tiny+");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and go on" }).ClickAsync();
        await page.GetByLabel("Concept").SelectOptionAsync("Sketch");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and go on" }).ClickAsync();

        await Assertions.Expect(page.GetByLabel("E-mail when it is complete")).ToHaveValueAsync(Owner);
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the import" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Company" })).ToContainTextAsync($"{Companies} of {Companies}");
        var (state, address) = (await visit.Context.StorageStateAsync(), page.Url);
        await visit.Context.CloseAsync();
        return (state, address);
    }

    private static async Task SignInAsync(IPage page, string system)
    {
        await page.Locator(".card").Filter(new() { HasText = system }).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Sign in to {system}" }).First.ClickAsync();
        await page.GetByLabel("Account").SelectOptionAsync(Account);
        await page.GetByLabel("Sign in as").SelectOptionAsync("Account administrator");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Go on" }).ClickAsync();
    }

    private static async Task ReportedAsync(Visit visit, string kind, IReadOnlyList<VendorRecord> left, IReadOnlyList<VendorRecord> right)
    {
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { Has = visit.Page.GetByRole(AriaRole.Cell, new() { Name = kind, Exact = true }) });
        var cells = await row.GetByRole(AriaRole.Cell).AllInnerTextsAsync();
        cells.ShouldBe([kind, $"{left.Count}", $"{right.Count}", $"{left.Count}", "0", $"{right.Count - left.Count}", "0"]);
    }
}
