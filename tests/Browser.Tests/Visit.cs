using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SyncFunctions.Local;

namespace SyncFunctions.Browser.Tests;

/// <summary>Somebody at a browser: cookies of their own, and one page.</summary>
public sealed partial class Visit : IAsyncDisposable
{
    /// <summary>Machines on which tests run may have much else to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Screenshots = Path.Combine(RepositoryRoot.Find(), "tests", "Browser.Tests", "screenshots");

    private readonly BrowserStack _stack;
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<Regex> _expected = [];

    private Visit(BrowserStack stack, IBrowserContext context, IPage page)
    {
        (_stack, _context, Page) = (stack, context, page);
        // What is refused by the page's own policy is told on its console, too.
        context.Console += (_, message) =>
        {
            if (message.Type == "error") _complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        context.WebError += (_, error) => _complaints.Enqueue($"{page.Url}: {error.Error}");
        context.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Authority != stack.App.Address.Authority && address.Authority != stack.App.Vendors.Authority && address.Scheme != "data")
                _complaints.Enqueue($"{page.Url} asks {address} for something.");
        };
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>What the browser has said of errors, violations of the page's policy and requests to strangers.</summary>
    public IEnumerable<string> Complaints => _complaints.Where(complaint => !_expected.Exists(expected => expected.IsMatch(complaint)));

    public ILocator Heading => Page.Locator("h1");

    internal static async Task<Visit> BeginAsync(BrowserStack stack, Look look, string? remembered)
    {
        var context = await stack.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = look.Height },
            ColorScheme = look.Colours,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            StorageState = remembered,
        });
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return new Visit(stack, context, await context.NewPageAsync());
    }

    /// <summary>Answers with such a status are what the test is about; browsers tell of each on the console.</summary>
    public void Expect(params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) _expected.Add(new Regex($"the server responded with a status of {status} ", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>The app is going to be away.</summary>
    public void ExpectNoAnswer() => _expected.Add(NoAnswer());

    /// <summary>Becomes a member by an invitation and is signed in from then on, without a look at the pages for that.</summary>
    public async Task JoinAsync(string tenant, string role)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var invitation = (await _stack.App.ManageAsync(HttpMethod.Post, $"tenants/{tenant}/invitations", new { role }, cancellation)).Require();
        var code = invitation.GetProperty("link").GetString()!.Split('/')[^1];
        var accepted = await _context.APIRequest.PostAsync(new Uri(_stack.App.Address, "api/session/invitation/accept").AbsoluteUri, new()
        {
            Headers = [new("Origin", _stack.App.Address.GetLeftPart(UriPartial.Authority))],
            DataObject = new { code, name = $"Robin ({role})", email = $"{role}@{tenant}.example", password = "correct horse battery staple" },
        });
        accepted.Ok.ShouldBeTrue(await accepted.TextAsync());
    }

    /// <summary>Is whoever runs the app from then on, without a look at the pages for that.</summary>
    public async Task SignInAsOperatorAsync()
    {
        var begun = await _context.APIRequest.PostAsync(new Uri(_stack.App.Address, "api/session").AbsoluteUri, new()
        {
            Headers = [new("Origin", _stack.App.Address.GetLeftPart(UriPartial.Authority))],
            DataObject = new { email = "admin@localhost", password = _stack.App.AdministratorPassword },
        });
        begun.Ok.ShouldBeTrue(await begun.TextAsync());
    }

    /// <summary>Asks the management API from within the page, as a script of somebody who is signed in could.</summary>
    /// <param name="path">Below <c>/api/manage/v1/</c>.</param>
    /// <returns>The status of the answer.</returns>
    public Task<int> CallAsync(string method, string path, object? body = null) => Page.EvaluateAsync<int>(
        "async ([method, path, body]) => (await fetch('/api/manage/v1/' + path, { method, headers: body ? { 'content-type': 'application/json' } : {}, body: body ?? undefined })).status",
        new[] { method, path, body is null ? null : JsonSerializer.Serialize(body) });

    /// <summary>Goes to a page of the dashboard and waits until it shows what it has.</summary>
    /// <param name="path">After the <c>#</c>.</param>
    public async Task OpenAsync(string path)
    {
        // From elsewhere, since a step inside the dashboard leaves the page before standing for a moment.
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync(new Uri(_stack.App.Address, $"api/app/#{path}").AbsoluteUri);
        await SettledAsync();
    }

    /// <returns>How many bytes have come over the wire since then.</returns>
    public async Task<Func<long>> CountBytesAsync()
    {
        var bytes = 0L;
        var devtools = await _context.NewCDPSessionAsync(Page);
        devtools.Event("Network.loadingFinished").OnEvent += (_, finished) => Interlocked.Add(ref bytes, (long)finished!.Value.GetProperty("encodedDataLength").GetDouble());
        await devtools.SendAsync("Network.enable");
        return () => Interlocked.Read(ref bytes);
    }

    /// <summary>Waits until nothing of the page is still on its way.</summary>
    public async Task SettledAsync()
    {
        await Heading.First.WaitForAsync();
        await Assertions.Expect(Page.Locator(".starting, .loading, [aria-busy=true]")).ToHaveCountAsync(0);
    }

    public async Task LookAsync(Look look)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = look.Colours, ReducedMotion = ReducedMotion.Reduce });
        await Page.SetViewportSizeAsync(look.Width, look.Height);
    }

    /// <returns>The innermost elements by which the page is wider than the window; empty where it is not.</returns>
    public Task<string> OverhangAsync() => Page.EvaluateAsync<string>("""
        () => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return '';
          const wide = [...document.querySelectorAll('body *')].filter(element => element.getBoundingClientRect().right > width + 1);
          return wide.filter(element => !wide.some(other => other !== element && element.contains(other))).slice(0, 5).map(element => element.outerHTML.slice(0, 200)).join(' ; ') || 'something';
        }
        """);

    /// <summary>Keeps a picture of the page as it is now.</summary>
    public Task ShotAsync(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [GeneratedRegex("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED", RegexOptions.None, 1000)]
    private static partial Regex NoAnswer();
}
