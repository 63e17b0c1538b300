namespace SyncFunctions.Browser.Tests;

/// <summary>A test with browsers of its own; whatever a page complains about on its way fails it.</summary>
public abstract class BrowserTest(BrowserStack stack) : IAsyncLifetime
{
    private readonly List<Visit> _visits = [];

    protected BrowserStack Stack => stack;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Somebody with a browser who is not signed in.</summary>
    /// <param name="remembered">What another browser remembered: it is opened again.</param>
    protected async Task<Visit> VisitAsync(string? remembered = null)
    {
        var visit = await Visit.BeginAsync(stack, Look.Wide, remembered);
        _visits.Add(visit);
        return visit;
    }

    /// <summary>A member of the practice, signed in, on one of its pages.</summary>
    /// <param name="path">Below the tenant, with its slash.</param>
    protected async Task<Visit> MemberAsync(SyncedPractice practice, string path, string role = "administrator")
    {
        var visit = await VisitAsync();
        await visit.JoinAsync(practice.Tenant, role);
        await visit.OpenAsync($"/t/{practice.Tenant}{path}");
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var (number, visit) in _visits.Where(visit => !visit.Page.IsClosed).Index())
                await visit.ShotAsync($"failed/{TestContext.Current.TestMethod?.MethodName}-{number}");
        }

        foreach (var visit in _visits) await visit.DisposeAsync();
        _visits.SelectMany(visit => visit.Complaints).ShouldBeEmpty();
    }
}
