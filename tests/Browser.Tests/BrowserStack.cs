using Microsoft.Playwright;
using SyncFunctions.Browser.Tests;

[assembly: AssemblyFixture(typeof(BrowserStack))]

// Each waits for the browser and the app nearly all of its time, but those need the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]

namespace SyncFunctions.Browser.Tests;

/// <summary>What all tests share: the app with storage and simulated vendors, a mail server, and one browser.</summary>
public sealed class BrowserStack : IAsyncLifetime
{
    private readonly SmtpServer _mail = new();
    private AppStack? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public AppStack App => _app!;

    public IBrowser Browser => _browser!;

    /// <summary>What the app has sent so far.</summary>
    public IReadOnlyCollection<string> Mails => _mail.Mails;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assertions.SetDefaultExpectTimeout((float)Visit.Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright, cancellation);
        _app = await AppStack.StartAsync(cancellation, _mail.Settings.ToDictionary(setting => setting.Name.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        await _mail.DisposeAsync();
    }
}
