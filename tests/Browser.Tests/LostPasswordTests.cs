using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Browser.Tests;

public sealed class LostPasswordTests(BrowserStack stack) : BrowserTest(stack)
{
    private const string New = "a staple of another battery";

    [Fact]
    public async Task Password_ThatWasLost_IsReplacedOnceByAMailedLink_AndEveryBrowserIsSignedOut()
    {
        await using var practice = await SyncedPractice.ConnectedAsync(Stack.App);
        var email = $"viewer@{practice.Tenant}.example";
        var elsewhere = await MemberAsync(practice, "", "viewer");
        elsewhere.Expect(401);
        var visit = await VisitAsync();
        visit.Expect(401, 404);

        await visit.OpenAsync("/sign-in");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Forgotten your password?" }).ClickAsync();
        await visit.Page.GetByLabel("E-mail address").FillAsync(email);
        var faults = await visit.FaultsAsync("password");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Send the link" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByText("Look at your mail.")).ToBeVisibleAsync();
        var link = await MailedLinkAsync(email);

        await OpenAsync(link);
        faults = [.. faults, .. await visit.FaultsAsync("password-new")];
        await ChooseAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("Sign in");
        await visit.Page.GetByLabel("E-mail address").FillAsync(email);
        await visit.Page.GetByLabel("Password").FillAsync(New);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();

        await OpenAsync(link);
        await ChooseAsync();
        await Assertions.Expect(visit.Page.GetByText("it was used already").First).ToBeVisibleAsync();
        await elsewhere.Page.ReloadAsync();
        await Assertions.Expect(elsewhere.Heading).ToHaveTextAsync("Sign in");
        faults.ShouldBeEmpty();

        async Task OpenAsync(string address)
        {
            await visit.Page.GotoAsync("about:blank");
            await visit.Page.GotoAsync(address);
            await visit.SettledAsync();
        }

        async Task ChooseAsync()
        {
            await visit.Page.GetByLabel("New password").FillAsync(New);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();
        }
    }

    private async Task<string> MailedLinkAsync(string email)
    {
        string? link = null;
        await Eventually.HoldsAsync(() =>
        {
            var mail = Stack.Mails.FirstOrDefault(text => text.Contains($"To: {email}", StringComparison.Ordinal) && text.Contains("Subject: Your password", StringComparison.Ordinal));
            link = mail is null ? null : Link(mail);
            return Task.FromResult(link is null ? $"No link was mailed to {email}." : null);
        });
        return link!;
    }

    private static string? Link(string mail)
    {
        // Quoted-printable (RFC 2045, 6.7), of which a link has no more.
        var text = Regex.Replace(mail, "=\r?\n", "", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("=23", "#", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        return Regex.Match(text, "http://[^\\s]+/#/password/[A-Za-z0-9_-]+", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } found ? found.Value : null;
    }
}
