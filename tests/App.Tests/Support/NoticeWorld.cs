using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Access;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Triggers;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests;

/// <summary>A live flow whose notices go to a mail server and a receiver of the test's own.</summary>
internal sealed class NoticeWorld : IAsyncDisposable
{
    public static readonly Caller Ada = new(CallerKind.User, "ada", "Ada", Role.Administrator, HttpWorld.Tenant);

    private NoticeWorld(LiveWorld live, SmtpServer smtp, WebhookReceiver receiver) => (Live, Smtp, Receiver) = (live, smtp, receiver);

    public LiveWorld Live { get; }

    public SmtpServer Smtp { get; }

    public WebhookReceiver Receiver { get; }

    public NoticeStore Store => Live.Get<NoticeStore>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What was told of its making has gone to nobody.</summary>
    public static async Task<NoticeWorld> OpenAsync(int refusals = 0)
    {
        var (smtp, receiver) = (new SmtpServer(refusals), await WebhookReceiver.StartAsync());
        var live = await LiveWorld.LiveAsync(FakePair.Defaults with { SweepEvery = TimeSpan.Zero, ReferencesEvery = TimeSpan.Zero }, app: [.. smtp.Settings, ("Webhooks:AllowPrivateHosts", "true")]);
        var world = new NoticeWorld(live, smtp, receiver);
        await world.DeliverAsync();
        return world;
    }

    /// <summary>Writes rules; a webhook gets its secret first, which is told to nobody yet.</summary>
    /// <returns>The secret, where there is one.</returns>
    public async Task<string?> ChooseAsync(params object[] rules)
    {
        var needed = rules.Any(rule => JsonSerializer.Serialize(rule).Contains("\"webhook\"", StringComparison.Ordinal));
        var secret = needed ? await SecretAsync() : null;
        await DeliverAsync();
        (await PutAsync(new { rules })).Status.ShouldBe(200);
        return secret;
    }

    public async Task<string> SecretAsync(Caller? caller = null) =>
        (await AskAsync<RotateNoticeSecret>("POST", new { webhook = Receiver.Address }, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel), caller)).Json.GetProperty("secret").GetString()!;

    public Task<Answer> PutAsync(object body) => AskAsync<PutNotices>("PUT", body, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel));

    public async Task<JsonElement> RulesAsync() => (await AskAsync<GetNotices>("GET", null, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel))).Json;

    public async Task<IReadOnlyList<JsonElement>> SentAsync() =>
        [.. (await AskAsync<ListSentNotices>("GET", null, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel))).Json.GetProperty("items").EnumerateArray()];

    public Task<Answer> AskAsync<TFunction>(string method, object? body, Func<TFunction, HttpRequest, Task<IActionResult>> call, Caller? caller = null)
    {
        var request = Live.Request(method, body);
        request.HttpContext.Features.Set(caller ?? Ada);
        return HttpWorld.ExecuteAsync(request, call(Live.Function<TFunction>(), request));
    }

    /// <param name="about">The same is told once.</param>
    public Task RaiseAsync(NoticeEvent what, string about, FlowKey? flow = null) => Live.Get<NoticeOutbox>().RaiseAsync(
        HttpWorld.Tenant,
        what is NoticeEvent.ReconnectNeeded or NoticeEvent.DailyDigest ? null : (flow ?? LiveWorld.Key).Flow,
        what,
        about,
        what switch
        {
            NoticeEvent.ReconnectNeeded => [(NoticeFact.Connection, LiveWorld.ConnectionOf(Side.Left).Value), (NoticeFact.Name, "Main"), (NoticeFact.System, "Left"), (NoticeFact.Reason, "No.")],
            NoticeEvent.DailyDigest => [new Digest(Live.Time.GetUtcNow().AddDays(-1), Live.Time.GetUtcNow(), [], []).Fact()],
            _ => [(NoticeFact.Count, "3"), (NoticeFact.Kinds, "3 × company"), (NoticeFact.Problem, ""), (NoticeFact.Run, "run"), (NoticeFact.What, "A key was made"), (NoticeFact.Who, "Ada")],
        },
        Cancel);

    /// <summary>Hands the messages that can be seen to the function, each twice, as a queue may, until there are none.</summary>
    public async Task DeliverAsync()
    {
        var queue = new QueueServiceClient(SyncFunctions.Tests.Support.MemoryStorage.ConnectionString, new QueueClientOptions { Transport = Live.Storage, MessageEncoding = QueueMessageEncoding.Base64 }).GetQueueClient(AppQueues.Notices);
        if (!await queue.ExistsAsync(Cancel)) return;
        while ((await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value is { } received)
        {
            var message = received.Body.ToObjectFromJson<NoticeMessage>(StateJson.Options)!;
            for (var times = 0; times < 2; times++) await Live.Function<NoticeQueue>().RunAsync(message, Cancel);
            await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt, Cancel);
        }
    }

    /// <summary>Messages that nobody gets to see.</summary>
    public async Task LoseMessagesAsync()
    {
        var queue = new QueueServiceClient(SyncFunctions.Tests.Support.MemoryStorage.ConnectionString, new QueueClientOptions { Transport = Live.Storage }).GetQueueClient(AppQueues.Notices);
        while ((await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value is { } received) await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt, Cancel);
    }

    /// <param name="name">Also the beginning of their address.</param>
    /// <param name="group">That keeps them to the flow "other".</param>
    public async Task AddUserAsync(string name, Role role, string? group = null, bool disabled = false)
    {
        var members = Live.Get<MemberStore>();
        if (group is not null) await members.ChangeAccessAsync(HttpWorld.Tenant, access => access with { Groups = [new Group(group, group, ["other"], null)] }, Cancel);
        var invitation = new MemberInvitation(HttpWorld.Tenant, name, name, role, "Ada") { CreatedAt = Live.Time.GetUtcNow(), ExpiresAt = Live.Time.GetUtcNow().AddDays(1) };
        await members.InviteAsync(invitation, Cancel);
        var found = (await members.FindInvitationAsync(name, Cancel)).ShouldNotBeNull();
        var member = new Member(HttpWorld.Tenant, PersonId.Of("test", name), name, role) { Email = $"{name}@example.com", Groups = group is null ? [] : [group], IsDisabled = disabled, CreatedAt = Live.Time.GetUtcNow() };
        (await members.JoinAsync(found, member, Cancel)).ShouldBeTrue();
    }

    public static Caller CallerOf(string name) => new(CallerKind.User, PersonId.Of("test", name).Value, name, Role.Viewer, HttpWorld.Tenant);

    public Task TendAsync() => Live.Function<NoticeTimer>().RunAsync(null!, Cancel);

    /// <summary>The text of mails, of which the wire shows the bytes.</summary>
    public IReadOnlyList<string> Mails() => [.. Smtp.Mails.Select(Readable)];

    public IReadOnlyList<JsonElement> Posted() => [.. Receiver.Received.Select(request => JsonSerializer.Deserialize<JsonElement>(request.Body.Span))];

    public static object Mail(params string[] addresses) => new { email = new { addresses } };

    public static object Rule(object channel, params string[] events) => new { events, channel };

    public static readonly ImmutableArray<string> AllEvents = ["importFinished", "reconnectNeeded", "massDeleteRefused", "conflict", "deadLetter", "keyChanged", "dailyDigest"];

    public async ValueTask DisposeAsync()
    {
        Live.Dispose();
        await Smtp.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    public static string Readable(string mail)
    {
        var text = new StringBuilder(mail);
        foreach (var part in mail.Split("\n").Select(line => line.Trim()).Where(line => line.Length is > 0 and <= 76 && line.Length % 4 == 0 && !line.Contains(' ')))
        {
            var bytes = new byte[part.Length];
            if (Convert.TryFromBase64String(part, bytes, out var length)) text.Append(Encoding.UTF8.GetString(bytes, 0, length));
        }

        return text.ToString();
    }
}
