using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

public sealed class ProjectTests(BrowserStack stack) : BrowserTest(stack)
{
    private const int Many = 5000;

    /// <summary>What comes over the wire before the overview stands, where everybody begins.</summary>
    private const int MostBytes = 100 * 1024;

    /// <summary>On an idle machine it is less than one; others may want this one's cores, too.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Project_DisabledEnabledAndDisconnected_IsWhatTheListSays()
    {
        await using var provider = await SyncedPractice.ImportedAsync(Stack.App);
        var name = (await provider.ItemsAsync("/projects"))[0].GetProperty("name").GetString()!;
        var visit = await MemberAsync(provider, "/f/flow/projects?disabled=yes");
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { Has = visit.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }) });

        await row.GetByRole(AriaRole.Button, new() { Name = $"Disable {name}" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("Disabled");
        await row.GetByRole(AriaRole.Button, new() { Name = $"Enable {name}" }).ClickAsync();
        await Assertions.Expect(row).Not.ToContainTextAsync("Disabled");
        // Enabling asks for a run of the project, with which the list moves.
        await Assertions.Expect(row).ToContainTextAsync("Idle");
        await row.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();

        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        var confirm = dialog.GetByRole(AriaRole.Button, new() { Name = "Disconnect", Exact = true });
        await Assertions.Expect(confirm).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync(name);
        await confirm.ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("Disconnected");
        (await provider.ItemsAsync("/projects?showDisabled=true")).Single(project => project.GetProperty("name").GetString() == name).GetProperty("state").GetString().ShouldBe("disconnected");
    }

    [Fact]
    public async Task FirstPages_WithThousandsOfProjects_AreSmallAndSoonThere()
    {
        await using var provider = await SyncedPractice.ProviderAsync(Stack.App, samples: false);
        await ManyProjects.StoreAsync(Stack.App, provider, Many, Cancellation);
        foreach (var (role, path, shows) in new[] { ("viewer", "", "All flows at a glance"), ("member", "/f/flow/projects", "Migration 0400") })
        {
            var visit = await VisitAsync();
            await visit.JoinAsync(provider.Tenant, role);
            var bytes = await visit.CountBytesAsync();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await visit.OpenAsync($"/t/{provider.Tenant}{path}");
            await Assertions.Expect(visit.Page.GetByText(shows).First).ToBeVisibleAsync();
            var taken = clock.Elapsed;
            TestContext.Current.SendDiagnosticMessage($"First load of '{path}' with {Many} projects: {bytes()} bytes in {taken.TotalMilliseconds:0} ms");
            if (path.Length == 0) bytes().ShouldBeLessThan(MostBytes);
            taken.ShouldBeLessThan(Longest, path);
        }
    }

    [Fact]
    public async Task QuickFilter_OverThousandsOfProjects_FindsOne()
    {
        await using var provider = await SyncedPractice.ProviderAsync(Stack.App, samples: false);
        await ManyProjects.StoreAsync(Stack.App, provider, 400, Cancellation);
        var visit = await MemberAsync(provider, "/f/flow/projects", "viewer");

        await visit.Page.GetByLabel("Find projects").FillAsync("migration 0321");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Migration 0321", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Migration ") })).ToHaveCountAsync(1);
    }
}
