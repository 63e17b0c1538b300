using System.Net;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Problems;
using SyncFunctions.App.SignIn;
using SyncFunctions.App.Triggers;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Access;

/// <summary>Two tenants with people, keys and browsers over storage in memory. Requests go through the gate to the function, as in the host.</summary>
internal sealed class AccessWorld : IAsyncDisposable
{
    public const string OperatorKey = "the-key-of-whoever-runs-the-app";
    public const string Password = "correct horse battery";

    public static readonly TenantId Acme = HttpWorld.Tenant;
    public static readonly TenantId Beta = new("beta");

    private AccessWorld(HttpWorld http, CountingTransport storage) => (Http, Storage) = (http, storage);

    public HttpWorld Http { get; }

    public CountingTransport Storage { get; }

    public static async Task<AccessWorld> StartAsync(params (string Name, string Value)[] settings)
    {
        var transport = new CountingTransport(new MemoryStorage(TimeProvider.System));
        var clients = StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = transport);
        var http = await HttpWorld.StartAsync(clients, [("OperatorKey", OperatorKey), .. settings]);
        await http.Get<TenantStore>().InsertAsync(new Tenant(Beta, "Beta", http.Time.GetUtcNow()), default);
        return new AccessWorld(http, transport);
    }

    public T Get<T>()
        where T : notnull => Http.Get<T>();

    /// <summary>Hands all messages about notices to their function, as the host does.</summary>
    public async Task<int> DeliverNoticesAsync()
    {
        var queue = new QueueServiceClient(MemoryStorage.ConnectionString, new QueueClientOptions { Transport = Storage, MessageEncoding = QueueMessageEncoding.Base64 }).GetQueueClient(AppQueues.Notices);
        for (var delivered = 0; ; delivered++)
        {
            if ((await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1))).Value is not { } received) return delivered;
            await Http.Function<NoticeQueue>().RunAsync(received.Body.ToObjectFromJson<NoticeMessage>(StateJson.Options)!, default);
            await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt);
        }
    }

    public ValueTask DisposeAsync() => Http.DisposeAsync();

    /// <summary>Somebody who belongs to a tenant, without a word of an invitation.</summary>
    public async Task<Person> AddMemberAsync(TenantId tenant, string name, Role role, params string[] groups)
    {
        var person = new Person(Person.Local, $"{name}@{tenant}.example", name) { Email = $"{name}@{tenant}.example", CreatedAt = Http.Time.GetUtcNow() };
        await AddMemberAsync(tenant, person, role, groups);
        return person;
    }

    public async Task AddMemberAsync(TenantId tenant, Person person, Role role, params string[] groups)
    {
        await Get<PersonStore>().InsertAsync(person, default);
        await Get<PersonStore>().PointAtTenantAsync(person.Id, tenant, default);
        var now = Http.Time.GetUtcNow();
        var invitation = new MemberInvitation(tenant, $"{person.Id}", $"{person.Id}{tenant}", role, "a test") { CreatedAt = now, ExpiresAt = now.AddDays(1) };
        await Get<MemberStore>().InviteAsync(invitation, default);
        var member = new Member(tenant, person.Id, person.Name, role) { Email = person.Email, Groups = [.. groups], IsLocal = person.Issuer == Person.Local, CreatedAt = now };
        (await Get<MemberStore>().JoinAsync((await Get<MemberStore>().FindInvitationAsync(invitation.Hash, default)).ShouldNotBeNull(), member, default)).ShouldBeTrue();
    }

    /// <summary>A browser in which somebody is signed in.</summary>
    public async Task<Browser> SignedInAsync(Person person, bool isOperator = false)
    {
        var browser = new Browser();
        var request = Request("POST", "session", browser);
        (await Get<Sessions>().BeginAsync(request, person, isOperator, default)).ShouldBeTrue();
        browser.Remember(request.HttpContext.Response);
        return browser;
    }

    public async Task<string> AddKeyAsync(TenantId tenant, Role role, params string[] groups)
    {
        var secret = $"{Callers.KeyPrefix}{BrowserCookie.NewSecret()}";
        await Get<MemberStore>().InsertKeyAsync(new ApiKey(tenant, Guid.NewGuid().ToString("N"), $"{role}", role, Keys.OfSecret(secret), secret[..8], "a test") { Groups = [.. groups], CreatedAt = Http.Time.GetUtcNow() }, default);
        return secret;
    }

    public Task AddGroupsAsync(TenantId tenant, params Group[] groups) =>
        Get<MemberStore>().ChangeAccessAsync(tenant, access => access with { Groups = access.Groups.AddRange(groups) }, default);

    /// <summary>What was written down for a tenant, or for the operator alone, the oldest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(TenantId? tenant) => [.. (await Get<AuditLog>().ListAsync(tenant, AuditFilter.None, null, 100, default)).Items.Reverse()];

    /// <summary>As a page of the app sends it, unless headers are taken away or added.</summary>
    public HttpRequest Request(string method, string path, Browser? browser = null, object? body = null, string? key = null, string from = "192.0.2.7")
    {
        var request = Http.Request(method, new Uri($"https://sync.example/api/{path}"), body, browser);
        request.HttpContext.Features.Set<Caller>(null);
        request.HttpContext.Connection.RemoteIpAddress = IPAddress.Parse(from);
        request.Headers["Sec-Fetch-Site"] = "same-origin";
        if (key is not null) request.Headers.Authorization = $"Bearer {key}";
        return request;
    }

    /// <summary>Through the gate only.</summary>
    /// <returns>The status that it refuses with; 200 where it lets the request through.</returns>
    public async Task<int> AdmitAsync(Route route, HttpRequest request, TenantId tenant, string flow = "main")
    {
        var values = new Microsoft.AspNetCore.Routing.RouteValueDictionary();
        if (route.Path.Contains("{tenant}", StringComparison.Ordinal)) values["tenant"] = tenant.Value;
        if (route.Path.Contains("{flow}", StringComparison.Ordinal)) values["flow"] = flow;
        request.RouteValues = values;
        try
        {
            await new AccessMiddleware(Get<Callers>()).AdmitAsync(route, request.HttpContext);
            return StatusCodes.Status200OK;
        }
        catch (ProblemException problem)
        {
            return problem.Type.Status;
        }
    }

    /// <summary>Through the gate to the function, with the audit log around them.</summary>
    public Task<Answer> SendAsync<T>(HttpRequest request, Func<T, HttpRequest, Task<IActionResult>> call, TenantId? tenant = null, Browser? browser = null)
    {
        return HttpWorld.ExecuteAsync(request, RunAsync(), browser);

        async Task<IActionResult> RunAsync()
        {
            var route = Routes.All[typeof(T).Name];
            if (tenant is { } named) request.RouteValues["tenant"] = named.Value;
            IActionResult? result = null;
            await Http.Function<AuditMiddleware>().RunAsync(route, request.HttpContext, async () =>
            {
                if (route.Open is null) await new AccessMiddleware(Get<Callers>()).AdmitAsync(route, request.HttpContext);
                return result = await call(Http.Function<T>(), request);
            });
            return result!;
        }
    }
}
