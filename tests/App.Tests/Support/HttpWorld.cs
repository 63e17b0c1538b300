using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;
using SyncFunctions.Vendors;

namespace SyncFunctions.App.Tests;

/// <summary>The HTTP side over real storage and simulated vendors, without a host: functions are called as the host would call them.</summary>
internal sealed class HttpWorld : IAsyncDisposable
{
    public static readonly TenantId Tenant = new("acme");

    private readonly WebApplication _vendors;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private HttpWorld(WebApplication vendors, ServiceProvider services, ShiftedTime time, LogSink log) =>
        (_vendors, Services, Time, Log) = (vendors, services, time, log);

    public ServiceProvider Services { get; }

    public ShiftedTime Time { get; }

    public LogSink Log { get; }

    public static Task<HttpWorld> StartAsync(AzuriteFixture azurite, params (string Name, string Value)[] settings) =>
        StartAsync(StateClients.Create(name => name == StateClients.Connection ? azurite.ConnectionString : null) with { Prefix = AzuriteFixture.NewPrefix() }, settings);

    public static async Task<HttpWorld> StartAsync(StateClients clients, params (string Name, string Value)[] settings)
    {
        var time = new ShiftedTime();
        var vendors = VendorServer.Build(new VendorServerOptions { Urls = "http://127.0.0.1:0", Seed = true, Time = time });
        await vendors.StartAsync();
        var root = vendors.Urls.First();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            Setting("Systems:synergy:apiBase", $"{root}/synergy/api/v2/"), Setting("Systems:synergy:authorizeUrl", $"{root}/synergy/OAuth2/Authorize"),
            Setting("Systems:synergy:applicationKey", "sync-functions"), Setting("Systems:synergy:applicationSecret", "sync-functions-secret"),
            Setting("Systems:tinyplus:apiBase", $"{root}/tinyplus/v2/"), Setting("Systems:tinyplus:authorizeUrl", $"{root}/tinyplus/oauth/authorize"),
            Setting("Systems:tinyplus:clientId", "sync-functions"),
            Setting("Systems:moovila:apiBase", $"{root}/moovila/"), Setting("Systems:moovila:clientId", "sync-functions"), Setting("Systems:moovila:clientSecret", "sync-functions-secret"),
            Setting("Systems:mailchimp:apiBase", $"{root}/mailchimp/3.0/"), Setting("Systems:mailchimp:loginBase", $"{root}/mailchimp/oauth2/"),
            Setting("Systems:mailchimp:clientId", "sync-functions"), Setting("Systems:mailchimp:clientSecret", "sync-functions-secret"),
            .. settings.Select(setting => Setting(setting.Name, setting.Value.Replace("{vendors}", root))),
        ]).Build();

        var log = new LogSink();
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddState(clients)
            .AddSingleton(SecretKeys.New())
            .AddSingleton(new VendorPipeline(VendorPipeline.CreateClient(), time, new Random(1)))
            .AddSingleton(services => new Systems(services.GetRequiredService<VendorPipeline>()))
            .AddSingleton(PairCatalog.Shipped)
            .AddSync(new SyncMetrics())
            .AddHttpSide(AppSettings.Read(configuration))
            .BuildServiceProvider();
        await services.GetRequiredService<StateTables>().CreateAsync(CancellationToken.None);
        var world = new HttpWorld(vendors, services, time, log);
        await world.Get<TenantStore>().InsertAsync(new Tenant(Tenant, "Acme", time.GetUtcNow()), CancellationToken.None);
        return world;

        static KeyValuePair<string, string?> Setting(string name, string value) => new(name, value);
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A function, made as the host makes it.</summary>
    public T Function<T>() => ActivatorUtilities.CreateInstance<T>(Services);

    /// <summary>A stored connection; with a token it is connected by it.</summary>
    public async Task<StoredConnection> AddConnectionAsync(string system, string id, TenantId? tenant = null, Credentials? credentials = null)
    {
        var connection = new StoredConnection(tenant ?? Tenant, new ConnectionId(id), system, id) { CreatedAt = Time.GetUtcNow() };
        (await Get<ConnectionStore>().InsertAsync(connection, CancellationToken.None)).ShouldBeTrue();
        if (credentials is not null)
            (await Get<SignIns>().ConnectAsync(connection, credentials, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Connected>();
        return await ConnectionAsync(id, tenant);
    }

    public async Task<StoredConnection> ConnectionAsync(string id, TenantId? tenant = null) =>
        (await Get<ConnectionStore>().GetAsync(tenant ?? Tenant, new ConnectionId(id), CancellationToken.None)).ShouldNotBeNull().Value;

    /// <summary>Says yes, or no, on a vendor's consent page, and returns where that leads.</summary>
    public async Task<Uri> ConsentAsync(Uri page, string decision = "allow", string user = "admin", string? account = null)
    {
        var form = new Dictionary<string, string> { ["user"] = user, ["decision"] = decision };
        if (account is not null) form["tenant"] = form["account"] = account;
        using var content = new FormUrlEncodedContent(form);
        using var response = await _http.PostAsync(page, content);
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!;
    }

    public async Task<Credentials> IssueTokensAsync(string system, string account = "demo", string user = "admin")
    {
        var tokens = await ControlAsync(system, HttpMethod.Post, "tokens", new { account, user });
        return new Credentials("oauth", tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString());
    }

    /// <summary>A vendor's account, used as a person would use the vendor's own screens.</summary>
    public CustomerAccount Account(string system, string slug = "demo") => new(new HttpClient { BaseAddress = new Uri($"{_vendors.Urls.First()}/{system}/_sim/") }, slug, () => Task.FromResult(""));

    /// <summary>Calls that a vendor got whose path ends like this.</summary>
    public async Task<int> CallsAsync(string system, string method, string pathEnd) =>
        (await ControlAsync(system, HttpMethod.Get, "stats")).GetProperty("calls").EnumerateArray()
            .Where(call => call.GetProperty("method").GetString() == method && call.GetProperty("path").GetString()!.EndsWith(pathEnd, StringComparison.OrdinalIgnoreCase))
            .Sum(call => call.GetProperty("count").GetInt32());

    public async Task<JsonElement> ControlAsync(string system, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{_vendors.Urls.First()}/{system}/_sim/{path}");
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>A request to us, from this browser if one is given. Functions that are called without a way in find the operator calling.</summary>
    public HttpRequest Request(string method, Uri? address = null, object? body = null, Browser? browser = null)
    {
        var http = new DefaultHttpContext { RequestServices = Services };
        address ??= new Uri("https://sync.example/api/manage/v1/");
        http.Features.Set(Caller.Operator);
        http.Request.Method = method;
        http.Request.Scheme = address.Scheme;
        http.Request.Host = HostString.FromUriComponent(address.Authority);
        http.Request.Path = address.AbsolutePath;
        http.Request.QueryString = new QueryString(address.Query);
        if (browser?.Header is { Length: > 0 } cookies) http.Request.Headers.Cookie = cookies;
        if (body is not null)
        {
            http.Request.ContentType = "application/json";
            http.Request.Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, Json.Options));
        }

        return http.Request;
    }

    /// <summary>What the answer is on the wire.</summary>
    public static async Task<Answer> ExecuteAsync(HttpRequest request, Task<IActionResult> function, Browser? browser = null)
    {
        var http = request.HttpContext;
        http.Response.Body = new MemoryStream();
        IActionResult result;
        try
        {
            result = await function;
        }
        catch (ProblemException problem)
        {
            result = new ProblemResult(problem);
        }

        await result.ExecuteResultAsync(new ActionContext(http, new RouteData(), new ActionDescriptor()));
        browser?.Remember(http.Response);
        http.Response.Body.Position = 0;
        using var reader = new StreamReader(http.Response.Body);
        var answer = new Answer(http.Response.StatusCode, http.Response.Headers, await reader.ReadToEndAsync());
        Contract.Check(result, answer.Status, answer.Body);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Services.DisposeAsync();
        await _vendors.StopAsync();
        await _vendors.DisposeAsync();
    }
}

internal sealed record Answer(int Status, IHeaderDictionary Headers, string Body)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>What a caller can learn from a problem: all but the id under which the log tells more.</summary>
    public string Told() => $"{Status} {string.Join(", ", Headers.Select(header => $"{header.Key}: {header.Value}"))} {string.Join(", ", Json.EnumerateObject().Where(member => member.Name != "trace_id"))}";
}

/// <summary>Keeps cookies, as a browser does.</summary>
internal sealed class Browser
{
    private readonly Dictionary<string, string> _cookies = [];

    public string Header => string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>Gets the cookies of another: a thief has them, or has put them there.</summary>
    public void Take(Browser other)
    {
        foreach (var (name, value) in other._cookies) _cookies[name] = value;
    }

    public void Remember(HttpResponse response)
    {
        foreach (var cookie in response.Headers.SetCookie)
        {
            var parts = cookie!.Split(';')[0].Split('=', 2);
            _cookies[parts[0]] = parts[1];
        }
    }
}

/// <summary>The real clock, moved on when a test says so.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    public void Advance(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);
}

/// <summary>Everything that was logged: texts, what stands in them and around them, and exceptions.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => new Line(this);

    public void Dispose()
    {
    }

    private sealed class Line(LogSink sink) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            sink._lines.Enqueue($"Scope: {Values(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            sink._lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception} {Values(state)}");

        private static string Values<TState>(TState state) => state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(", ", values) : $"{state}";
    }
}
