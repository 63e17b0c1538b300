using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using SyncFunctions.Connectors.RaisersEdge;
using SyncFunctions.Vendors;

namespace SyncFunctions.Connectors.Tests;

/// <summary>A connector against the simulated vendor, over real HTTP. Our waits take no time; the vendor's clock moves when a test says so.</summary>
internal sealed class Simulated : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly HttpClient _control;
    private readonly HttpClient _client = VendorPipeline.CreateClient();
    private readonly string _system;

    private Simulated(string system, WebApplication server, SteppedClock clock, ICredentialSource? credentials, (string Name, string Value)[] settings)
    {
        (_system, _server, Clock) = (system, server, clock);
        var root = $"{server.Urls.First()}/{system}/";
        _control = new HttpClient { BaseAddress = new Uri($"{root}_sim/") };
        Connector = new Systems(new VendorPipeline(_client, Time, new Random(1)))[system];
        var (defaults, token) = Connected(system, root);
        Scope = TestConnection.ScopeOf([.. defaults, .. settings], credentials ?? new TestCredentials(new Credentials("token", token))) with { Observer = Calls.Enqueue };
    }

    /// <summary>Every system that has a simulated vendor.</summary>
    public static readonly TheoryData<string> All = ["connectwise", "iraiser", "mailchimp", "moovila", "raisersedge", "salesforce", "synergy", "tinyplus"];

    /// <summary>Those that something is written to.</summary>
    public static readonly TheoryData<string> Writable = [.. All.Select(row => row.Data).Where(system => system != "iraiser")];

    /// <summary>Those that a person connects on the vendor's own page.</summary>
    public static readonly TheoryData<string> WithConsent = ["mailchimp", "moovila", "raisersedge", "salesforce", "synergy", "tinyplus"];

    /// <summary>The kind that a rule is tried with where any kind would do.</summary>
    public string Kind => _system switch { "iraiser" => "donations", "mailchimp" => "members", "raisersedge" => "constituents", "salesforce" => "contacts", _ => "projects" };

    /// <summary>The simulated vendor's word for it.</summary>
    public string Rows => _system == "salesforce" ? "Contact" : Kind;

    /// <summary>A kind whose list is one call.</summary>
    public string PlainKind => _system switch { "moovila" => "customers", "iraiser" or "mailchimp" or "raisersedge" or "salesforce" => Kind, _ => "companies" };

    /// <summary>The field of such a record that cannot be blank.</summary>
    public string NameField => _system switch { "mailchimp" => "email_address", "moovila" => "title", "raisersedge" => "last", "salesforce" => "LastName", _ => "name" };

    /// <summary>A value of that field.</summary>
    public string Name(string text) => _system == "mailchimp" ? $"{text.ToLowerInvariant()}@example.org" : text;

    /// <summary>The vendor's id of the account that a simulated one has.</summary>
    public string AccountId => _system == "salesforce" ? "00D00000000demoEAA" : "demo";

    /// <summary>Calls of the vendor's day that were made before a test began.</summary>
    public int CallsBefore { get; private set; }

    public FakeTime Time { get; } = new();

    public SteppedClock Clock { get; }

    public IConnector Connector { get; }

    public ConnectionScope Scope { get; set; }

    public ConcurrentQueue<ApiCall> Calls { get; } = new();

    public static async Task<Simulated> StartAsync(string system, ICredentialSource? credentials = null, params (string Name, string Value)[] settings)
    {
        var clock = new SteppedClock();
        var server = VendorServer.Build(new VendorServerOptions { Urls = "http://127.0.0.1:0", Seed = false, Time = clock });
        await server.StartAsync();
        var simulated = new Simulated(system, server, clock, credentials, settings);
        // Lists that lag are a test of their own.
        if (system == "raisersedge")
            await simulated.SetAsync(new { readLagMs = 0 });
        if (system == "salesforce")
            await simulated.SignedInAsync();
        return simulated;
    }

    /// <summary>Creates a record as a user of the vendor's screens would, and returns its id.</summary>
    public async Task<string> AddAsync(string kind, object fields)
    {
        Clock.Step();
        return (await ControlAsync(HttpMethod.Post, $"kinds/{kind}", fields)).GetProperty("id").ToString();
    }

    /// <summary>Creates records at once.</summary>
    public Task AddBulkAsync(string kind, IEnumerable<object> rows) => ControlAsync(HttpMethod.Post, $"kinds/{kind}/bulk", rows);

    /// <summary>Creates records with one second between them.</summary>
    public async Task<List<string>> AddManyAsync(string kind, int count, Func<int, object> fields)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
            ids.Add(await AddAsync(kind, fields(i)));
        return ids;
    }

    public Task EditAsync(string kind, string id, object fields)
    {
        Clock.Step();
        return ControlAsync(HttpMethod.Patch, $"kinds/{kind}/{id}", fields);
    }

    public Task RemoveAsync(string kind, string id) => ControlAsync(HttpMethod.Delete, $"kinds/{kind}/{id}");

    /// <summary>The records of a kind as the vendor's pages show them.</summary>
    public async Task<JsonElement[]> RowsAsync(string kind) => [.. (await ControlAsync(HttpMethod.Get, $"kinds/{kind}")).GetProperty("items").EnumerateArray()];

    public async Task<int> CountAsync(string kind) => (await ControlAsync(HttpMethod.Get, $"kinds/{kind}")).GetProperty("total").GetInt32();

    /// <summary>What a person does on a page of the vendor that no other has: by its name on the control interface.</summary>
    public Task<JsonElement> DoAsync(string what, object with) => ControlAsync(HttpMethod.Post, what, with);

    public Task FaultAsync(object rule) => ControlAsync(HttpMethod.Put, "faults", new[] { rule });

    public Task SwitchAsync(string name, bool on) => SetAsync(new { switches = new Dictionary<string, bool> { [name] = on } });

    public Task SetAsync(object settings) => ControlAsync(HttpMethod.Put, "settings", settings);

    /// <summary>What one vendor's control interface offers beyond those of the others.</summary>
    public Task AskAsync(string path) => ControlAsync(HttpMethod.Post, path);

    public Task RevokeAsync(string kind) => ControlAsync(HttpMethod.Delete, $"tokens?kind={kind}");

    public async Task<Credentials> IssueTokensAsync(string user = "admin", string scope = "readwrite")
    {
        var tokens = await ControlAsync(HttpMethod.Post, "tokens", new { user, scope });
        var access = tokens.GetProperty("accessToken").GetString()! + _system switch { "connectwise" => ":connectwise-private-key", "raisersedge" => Environment, _ => "" };
        return new Credentials("oauth", access, tokens.GetProperty("refreshToken").GetString());
    }

    /// <summary>Calls that the vendor got whose path ends like this.</summary>
    public async Task<int> CallsAsync(string method, string pathEnd)
    {
        var stats = await ControlAsync(HttpMethod.Get, "stats");
        return stats.GetProperty("calls").EnumerateArray()
            .Where(call => call.GetProperty("method").GetString() == method && call.GetProperty("path").GetString()!.EndsWith(pathEnd, StringComparison.OrdinalIgnoreCase))
            .Sum(call => call.GetProperty("count").GetInt32());
    }

    /// <summary>Says yes on the vendor's consent page, and returns where that leads.</summary>
    public async Task<Uri> ConsentAsync(Uri page, string user = "admin")
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("user", user)]);
        using var response = await _client.PostAsync(page, form);
        ((int)response.StatusCode).ShouldBe(302, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!;
    }

    /// <summary>What the connector keeps with a token.</summary>
    private static readonly string Environment = $"|{RaisersEdgeAuth.Packed(new VendorAccount("demo", "Demo Practice"))}";

    private static ((string Name, string Value)[] Settings, string Token) Connected(string system, string root) => system switch
    {
        "connectwise" => ([("site", root), ("apiBase", $"{root}v4_6_release/apis/3.0/"), ("companyId", "demo"), ("clientId", "sync-functions")], "connectwise-public-key:connectwise-private-key"),
        "mailchimp" =>
        (
            [
                ("apiBase", $"{root}3.0/"), ("loginBase", $"{root}oauth2/"), ("clientId", "sync-functions"), ("clientSecret", "sync-functions-secret"), ("audience", "a6b5d003e9"),
            ],
            "mailchimp-static-key-us1"),
        "moovila" => ([("apiBase", root), ("clientId", "sync-functions"), ("clientSecret", "sync-functions-secret")], "moovila-static-token"),
        "iraiser" => ([("apiBase", $"{root}v1/")], "iraiser-static-key"),
        "salesforce" => ([("authHost", root), ("clientId", "sync-functions"), ("clientSecret", "sync-functions-secret")], "salesforce-static-token"),
        "raisersedge" =>
        (
            [
                ("apiBase", root), ("authorizeUrl", $"{root}oauth/authorize"), ("tokenUrl", $"{root}token"), ("clientId", "sync-functions"), ("clientSecret", "sync-functions-secret"),
                ("subscriptionKey", "raisersedge-subscription-key"), ("codes", "false"), ("childChanges", "false"),
            ],
            $"raisersedge-static-token{Environment}"),
        "synergy" =>
        (
            [
                ("apiBase", $"{root}api/v2/"), ("authorizeUrl", $"{root}OAuth2/Authorize"), ("organisation", "demo"), ("applicationKey", "sync-functions"),
                ("applicationSecret", "sync-functions-secret"),
            ],
            "synergy-static-key"),
        _ => ([("apiBase", $"{root}v2/"), ("authorizeUrl", $"{root}oauth/authorize"), ("clientId", "sync-functions")], "tinyplus-long-life-token"),
    };

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Whoever signed in was looked at, and what their org has, before anything else is asked of it.</summary>
    private async Task SignedInAsync()
    {
        (await Connector.IdentifyAsync(Scope, default)).Success();
        CallsBefore = (await ControlAsync(HttpMethod.Get, "stats")).GetProperty("today").GetProperty("demo").GetInt32();
        Calls.Clear();
    }

    private async Task<JsonElement> ControlAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await _control.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{_system}: {method} {path}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}

/// <summary>A clock that stands still between steps of a second.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).UtcTicks;

    public void Step() => Interlocked.Add(ref _ticks, TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
}
