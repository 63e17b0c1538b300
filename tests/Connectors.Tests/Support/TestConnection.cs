using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>Credentials that renew to the next of a list.</summary>
internal sealed class TestCredentials(params Credentials[] known) : ICredentialSource
{
    private int _current;

    public int Renewals { get; private set; }

    public ValueTask<VendorResult<Credentials>> GetAsync(CancellationToken cancellation) => ValueTask.FromResult<VendorResult<Credentials>>(known[_current]);

    public ValueTask<VendorResult<Credentials>> RenewAsync(Credentials refused, CancellationToken cancellation)
    {
        Renewals++;
        refused.ShouldBe(known[_current]);
        return ValueTask.FromResult<VendorResult<Credentials>>(_current + 1 < known.Length
            ? known[++_current]
            : new VendorFailure(FailureKind.AuthExpired, "There are no newer credentials."));
    }
}

/// <summary>A budget of so many calls, then none until a time.</summary>
internal sealed class TestBudget(int calls, DateTimeOffset until) : ICallBudget
{
    private int _left = calls;

    public int Taken { get; private set; }

    public ValueTask<DateTimeOffset?> TakeAsync(CancellationToken cancellation)
    {
        if (_left-- <= 0)
            return ValueTask.FromResult<DateTimeOffset?>(until);
        Taken++;
        return default;
    }
}

/// <summary>A connector over a scripted vendor.</summary>
internal sealed class TestConnection
{
    public const string Secret = "top-secret-token-0123456789";

    private TestConnection(string system, FakeTime time, ScriptedVendor vendor, ConnectionScope scope)
    {
        (Time, Vendor) = (time, vendor);
        var http = new HttpClient(vendor) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = VendorPipeline.MaxAnswerBytes };
        Connector = new Systems(new VendorPipeline(http, time, new Random(1)))[system];
        Scope = scope with { Observer = Calls.Enqueue };
    }

    public FakeTime Time { get; }

    public ScriptedVendor Vendor { get; }

    public IConnector Connector { get; }

    public ConnectionScope Scope { get; set; }

    public ConcurrentQueue<ApiCall> Calls { get; } = new();

    public static TestConnection Synergy(params (string Name, string Value)[] settings) => new("synergy", new FakeTime(), new ScriptedVendor(), ScopeOf([("organisation", "acme"), .. settings]));

    public static TestConnection Moovila(params (string Name, string Value)[] settings) => new("moovila", new FakeTime(), new ScriptedVendor(), ScopeOf(settings));

    public static TestConnection Salesforce(params (string Name, string Value)[] settings) =>
        new("salesforce", new FakeTime(), new ScriptedVendor(), ScopeOf([("authHost", "acme.my.salesforce.com"), ("clientId", "app"), .. settings]));

    public static TestConnection IRaiser(params (string Name, string Value)[] settings) => new("iraiser", new FakeTime(), new ScriptedVendor(), ScopeOf(settings));

    public static TestConnection TinyPlus(params (string Name, string Value)[] settings) => new("tinyplus", new FakeTime(), new ScriptedVendor(), ScopeOf(settings));

    public static TestConnection ConnectWise(params (string Name, string Value)[] settings) =>
        new("connectwise", new FakeTime(), new ScriptedVendor(), ScopeOf([("apiBase", "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/"), ("companyId", "acme"), .. settings]));

    public static TestConnection RaisersEdge(params (string Name, string Value)[] settings) =>
        new("raisersedge", new FakeTime(), new ScriptedVendor(), ScopeOf([("clientId", "app"), ("clientSecret", "application-secret"), ("subscriptionKey", "key-1"), ("codes", "false"), ("childChanges", "false"), .. settings]));

    public static ConnectionScope ScopeOf(IEnumerable<(string Name, string Value)> settings, ICredentialSource? credentials = null, ICallBudget? budget = null) =>
        new(new TenantId("t1"), new ConnectionId("c1"))
        {
            Settings = ImmutableDictionary<string, string>.Empty.SetItems(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))),
            Credentials = credentials ?? new TestCredentials(new Credentials("token", Secret)),
            Budget = budget ?? UnlimitedCalls.Instance,
        };

    /// <summary>A fixture's JSON. Its first line, a comment, names the vendor's page.</summary>
    public static string Fixture(string name)
    {
        using var stream = typeof(TestConnection).Assembly.GetManifestResourceStream(name).ShouldNotBeNull();
        using var json = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        return json.RootElement.GetRawText();
    }

    public static FieldSet Fields(params (string Name, FieldValue Value)[] fields) => FieldSet.Of(fields);
}

internal static class VendorResults
{
    public static T Success<T>(this VendorResult<T> result)
    {
        result.Failure.ShouldBeNull();
        return result.Value!;
    }

    public static VendorFailure Failed<T>(this VendorResult<T> result, FailureKind kind)
    {
        result.Failure.ShouldNotBeNull().Kind.ShouldBe(kind, result.Failure!.Message);
        return result.Failure!;
    }
}

internal static class Lists
{
    /// <summary>All pages of a list, with what a test does between two of them.</summary>
    public static async Task<List<Record>> AllAsync(IConnector connector, ConnectionScope scope, string kind, ListRequest request, Func<int, Task>? between = null)
    {
        var records = new List<Record>();
        for (var pages = 1; ; pages++)
        {
            pages.ShouldBeLessThan(500, "a walk has to end");
            var page = (await connector.ListAsync(scope, kind, request, default)).Success();
            records.AddRange(page.Records);
            if (page.NextPage is null)
                return records;
            request = request with { PageToken = page.NextPage };
            if (between is not null)
                await between(pages);
        }
    }
}
