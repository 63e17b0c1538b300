using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Setup;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Notices;

public sealed class NoticeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_OfEachKind_ComesOnceByEachChannel()
    {
        await using var world = await NoticeWorld.OpenAsync();
        string[] all = [.. NoticeWorld.AllEvents];
        var secret = await world.ChooseAsync(
            NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), all),
            NoticeWorld.Rule(NoticeWorld.Mail("ANNA@example.com"), "conflict"),
            NoticeWorld.Rule(new { webhook = new { url = world.Receiver.Address } }, all),
            NoticeWorld.Rule(new { teams = new { url = $"{world.Receiver.Address}?sig=very-secret" } }, all));

        for (var times = 0; times < 4; times++)
        {
            foreach (var what in Enum.GetValues<NoticeEvent>().Where(what => what != NoticeEvent.Test)) await world.RaiseAsync(what, "one");
            await world.DeliverAsync();
        }

        world.Smtp.Mails.Count.ShouldBe(all.Length);
        world.Mails().ShouldAllBe(mail => mail.Contains("multipart/alternative") && mail.Contains("<h1") && mail.Contains("https://sync.example/api/app/#/t/acme"));
        world.Mails().Count(mail => mail.Contains("3 conflicts in Live")).ShouldBe(1);
        var hooks = world.Receiver.Received.Where(request => request.Header("webhook-id") is not null).ToList();
        hooks.Count.ShouldBe(all.Length);
        hooks.ShouldAllBe(request => StandardWebhooks.Verify(request, secret!, world.Live.Time.GetUtcNow()));
        hooks.Select(request => request.Header("webhook-id")).Distinct().Count().ShouldBe(all.Length);
        world.Posted().Count(body => body.TryGetProperty("type", out var type) && type.GetString() == "connection.reconnect_needed").ShouldBe(1);
        var cards = world.Posted().Where(body => body.GetProperty("type").GetString() == "message").ToList();
        cards.Count.ShouldBe(all.Length);
        cards.ShouldAllBe(card => card.GetProperty("attachments")[0].GetProperty("contentType").GetString() == "application/vnd.microsoft.card.adaptive" && card.GetProperty("attachments")[0].GetProperty("content").GetProperty("actions")[0].GetProperty("url").GetString()!.StartsWith("https://sync.example/"));
        (await world.SentAsync()).ShouldAllBe(sent => sent.GetProperty("state").GetString() == "sent" && sent.GetProperty("attempts").GetInt32() == 1);
    }

    [Fact]
    public async Task Addresses_OfTeamsAndSecrets_AreShownToNobody()
    {
        await using var world = await NoticeWorld.OpenAsync();
        var secret = await world.ChooseAsync(
            NoticeWorld.Rule(new { webhook = new { url = world.Receiver.Address } }, "conflict"), NoticeWorld.Rule(new { teams = new { url = $"{world.Receiver.Address}?sig=very-secret" } }, "conflict"));
        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.DeliverAsync();

        var shown = await world.RulesAsync();
        var told = shown.GetRawText() + string.Concat(await world.SentAsync()) + world.Live.Log.Text;
        told.ShouldNotContain("very-secret");
        told.ShouldNotContain(secret!);

        // What is shown can be sent back as it is.
        (await world.PutAsync(new { rules = shown.GetProperty("rules"), digestAt = "06:30", timeZone = "Europe/Berlin" })).Status.ShouldBe(200);
        world.Receiver.Received.Clear();
        await world.RaiseAsync(NoticeEvent.Conflict, "two");
        await world.DeliverAsync();
        world.Receiver.Received.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"rules":[{"events":[],"channel":{"email":{"addresses":["a@example.com"]}}}]}""", "#/rules/0/events")]
    [InlineData("""{"rules":[{"events":["test"],"channel":{"email":{"addresses":["a@example.com"]}}}]}""", "#/rules/0/events")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{}}]}""", "#/rules/0/channel")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{"email":{}}}]}""", "#/rules/0/channel/email")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{"email":{"roles":["operator"]}}}]}""", "#/rules/0/channel/email/roles")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{"email":{"addresses":["a@example.com, b@example.com"]}}}]}""", "#/rules/0/channel/email/addresses/0")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{"webhook":{"url":"https://example.com/"}}}]}""", "#/rules/0/channel/webhook/url")]
    [InlineData("""{"rules":[{"events":["conflict"],"channel":{"teams":{"url":"ftp://example.com/"}}}]}""", "#/rules/0/channel/teams/url")]
    [InlineData("""{"rules":[],"digestAt":"7"}""", "#/digestAt")]
    [InlineData("""{"rules":[],"timeZone":"Mars/Base"}""", "#/timeZone")]
    [InlineData("""{}""", "#/rules")]
    public async Task Rules_ThatCannotBeKept_AreRefusedWithThePlace(string rules, string pointer)
    {
        await using var world = await NoticeWorld.OpenAsync();

        var answer = await world.PutAsync(JsonSerializer.Deserialize<JsonElement>(rules));

        answer.Status.ShouldBe(400, answer.Body);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldContain(pointer);
    }

    [Fact]
    public async Task Rule_OfSomeFlows_TellsNothingOfOthers()
    {
        await using var world = await NoticeWorld.OpenAsync();
        var other = new FlowKey(HttpWorld.Tenant, new FlowId("other"));
        await world.Live.AddFlowAsync(other);
        await world.ChooseAsync(new { events = NoticeWorld.AllEvents, channel = NoticeWorld.Mail("anna@example.com"), flows = new[] { "other" } });

        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.RaiseAsync(NoticeEvent.Conflict, "one", other);
        await world.RaiseAsync(NoticeEvent.ReconnectNeeded, "one");
        await world.DeliverAsync();

        world.Smtp.Mails.Count.ShouldBe(2, "its conflict, and the connection that it shares");
    }

    [Fact]
    public async Task Users_AreToldWhatTheyMaySeeAndWant()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.Live.AddFlowAsync(new FlowKey(HttpWorld.Tenant, new FlowId("other")));
        await world.AddUserAsync("ada", Role.Administrator);
        await world.AddUserAsync("bert", Role.Administrator, "others");
        await world.AddUserAsync("cleo", Role.Administrator);
        await world.AddUserAsync("dora", Role.Administrator, disabled: true);
        await world.AddUserAsync("emil", Role.Viewer);
        await world.ChooseAsync(new { events = NoticeWorld.AllEvents, channel = new { email = new { roles = new[] { "administrator" }, addresses = new[] { "CLEO@example.com", "outside@example.com" } } } });
        (await world.AskAsync<PutMyNotices>("PUT", new { off = new[] { "conflict" } }, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel), NoticeWorld.CallerOf("cleo"))).Status.ShouldBe(200);
        (await world.AskAsync<GetMyNotices>("GET", null, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel), NoticeWorld.CallerOf("cleo"))).Json.GetProperty("off")[0].GetString().ShouldBe("conflict");

        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.DeliverAsync();
        To().ShouldBe(["ada@example.com", "outside@example.com"]);

        await world.RaiseAsync(NoticeEvent.DeadLetter, "one", new FlowKey(HttpWorld.Tenant, new FlowId("other")));
        await world.DeliverAsync();
        To().ShouldBe(["ada@example.com", "bert@example.com", "cleo@example.com", "outside@example.com"]);

        string[] To()
        {
            var to = world.Smtp.Mails.Select(mail => mail.Split("\nTo: ")[1].Split('\n')[0].Trim().ToLowerInvariant()).Order().ToArray();
            world.Smtp.Mails.Clear();
            return to;
        }
    }

    [Fact]
    public async Task Burst_OfConflicts_IsOneNoticeThatCounts()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), "conflict", "deadLetter"));
        using var bursts = new NoticeBursts(world.Live.Get<NoticeOutbox>(), world.Live.Get<IdSource>(), world.Live.Time, NullLogger<NoticeBursts>.Instance);

        for (var number = 0; number < 37; number++) bursts.Observe(LiveWorld.Key, NoticeEvent.Conflict, number % 2 == 0 ? "company" : "contact", 1);
        bursts.Observe(LiveWorld.Key, NoticeEvent.DeadLetter, "company", 1);
        await bursts.FlushAsync(Cancel);
        await bursts.FlushAsync(Cancel);
        await world.DeliverAsync();

        world.Mails().Select(mail => mail.Split("Subject: ")[1].Split('\n')[0].Trim()).Order().ShouldBe(["Acme: 1 record of Live could not be brought over", "Acme: 37 conflicts in Live"]);
        world.Mails().ShouldContain(mail => mail.Contains("18 × contact"));
    }

    [Fact]
    public async Task Webhook_ThatIsRefused_ComesAgainByTheScheduleUnderTheSameId_ThenIsGivenUpAndSentByHand()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(new { webhook = new { url = world.Receiver.Address } }, "conflict"));
        foreach (var _ in Enumerable.Range(0, NoticeSending.Waits.Length + 1)) world.Receiver.Answers.Enqueue(500);
        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.DeliverAsync();

        foreach (var wait in NoticeSending.Waits)
        {
            (await world.SentAsync()).Single().GetProperty("state").GetString().ShouldBe("waiting");
            world.Live.Time.Advance(wait * 0.9);
            await world.DeliverAsync();
            var before = world.Receiver.Received.Count;
            world.Live.Time.Advance(wait * 0.25);
            await world.DeliverAsync();
            world.Receiver.Received.Count.ShouldBe(before + 1, $"after {wait}");
        }

        var given = (await world.SentAsync()).Single();
        (given.GetProperty("state").GetString(), given.GetProperty("answer").GetString()).ShouldBe(("givenUp", "Its receiver answered 500."));
        world.Receiver.Received.Select(request => request.Header("webhook-id")).Distinct().Count().ShouldBe(1);
        world.Receiver.Received.Select(request => request.Header("webhook-timestamp")).Distinct().Count().ShouldBe(10);

        (await world.AskAsync<ResendNotice>("POST", null, (function, request) => function.Run(request, HttpWorld.Tenant.Value, given.GetProperty("id").GetString()!, Cancel))).Status.ShouldBe(202);
        await world.DeliverAsync();
        (await world.SentAsync()).Single().GetProperty("state").GetString().ShouldBe("sent");
    }

    [Fact]
    public async Task Receiver_SaysWhenToComeAgain_OrThatItIsGone()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(new { id = "hook", events = new[] { "conflict" }, channel = new { webhook = new { url = world.Receiver.Address } } });
        world.Receiver.RetryAfter = "3600";
        world.Receiver.Answers.Enqueue(503);
        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.DeliverAsync();
        world.Live.Time.Advance(TimeSpan.FromMinutes(50));
        await world.DeliverAsync();
        world.Receiver.Received.Count.ShouldBe(1);

        world.Receiver.Answers.Enqueue(410);
        world.Live.Time.Advance(TimeSpan.FromMinutes(11));
        await world.DeliverAsync();
        (await world.SentAsync()).Single().GetProperty("state").GetString().ShouldBe("givenUp");
        (await world.RulesAsync()).GetProperty("endpoints")[0].GetProperty("disabledBecause").GetString().ShouldBe("Its receiver answered 410.");
        await world.RaiseAsync(NoticeEvent.Conflict, "two");
        await world.DeliverAsync();
        world.Receiver.Received.Count.ShouldBe(2, "Nothing is sent to what is gone.");

        var test = await world.AskAsync<TestNotice>("POST", new { rule = "hook" }, (function, request) => function.Run(request, HttpWorld.Tenant.Value, Cancel));
        test.Json.GetProperty("items")[0].GetProperty("state").GetString().ShouldBe("sent");
        await world.RaiseAsync(NoticeEvent.Conflict, "three");
        await world.DeliverAsync();
        world.Receiver.Received.Count.ShouldBe(4, "It is there again.");
    }

    [Fact]
    public async Task Secret_ThatIsNew_SignsBesideTheOldForADay()
    {
        await using var world = await NoticeWorld.OpenAsync();
        var first = await world.ChooseAsync(NoticeWorld.Rule(new { webhook = new { url = world.Receiver.Address } }, "conflict"));
        var second = await world.SecretAsync();

        await world.RaiseAsync(NoticeEvent.Conflict, "one");
        await world.DeliverAsync();
        world.Live.Time.Advance(TimeSpan.FromHours(25));
        await world.RaiseAsync(NoticeEvent.Conflict, "two");
        await world.DeliverAsync();

        var (now, later) = (world.Receiver.Received.First(), world.Receiver.Received.Last());
        (Verify(now, first!), Verify(now, second)).ShouldBe((true, true));
        (Verify(later, first!), Verify(later, second)).ShouldBe((false, true));

        static bool Verify(WebhookRequest request, string secret) => StandardWebhooks.Verify(request, secret, DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Header("webhook-timestamp")!)));
    }

    [Fact]
    public async Task Kill_BetweenAnyTwoSteps_LosesNothingAndTellsOnce()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), "reconnectNeeded", "massDeleteRefused", "conflict"));

        // The deed is stored, and nobody has raised it.
        var now = world.Live.Time.GetUtcNow();
        (await world.Live.Get<BrakeStore>().PutAsync(LiveWorld.Key, new Brake("company") { TrippedAt = now, Reason = "5 of 9 linked records would have been archived or deleted within a day." }, null, Cancel)).ShouldBeTrue();
        var connections = world.Live.Get<ConnectionStore>();
        var found = (await connections.GetAsync(HttpWorld.Tenant, LiveWorld.ConnectionOf(Side.Left), Cancel)).ShouldNotBeNull();
        (await connections.ReplaceAsync(found with { Value = found.Value with { Health = ConnectionHealth.Expired, HealthDetail = "Refused." } }, Cancel)).ShouldNotBeNull();
        await world.TendAsync();

        // The message of a notice is lost, then that of its delivery, then whoever sends it dies.
        await world.LoseMessagesAsync();
        await TendLaterAsync();
        await world.Live.Get<NoticeSpread>().RunAsync(HttpWorld.Tenant, (await world.Store.OverdueAsync(HttpWorld.Tenant, DateTimeOffset.MaxValue, Cancel)).Notices[0].Name, Cancel);
        await world.LoseMessagesAsync();
        await TendLaterAsync();
        var delivery = (await world.Store.GetDeliveryAsync(HttpWorld.Tenant, (await world.SentAsync())[0].GetProperty("id").GetString()!, Cancel)).ShouldNotBeNull();
        (await world.Store.ReplaceDeliveryAsync(delivery with { Value = delivery.Value with { NextAt = world.Live.Time.GetUtcNow() + NoticeSending.Lease, Attempts = 1 } }, Cancel)).ShouldNotBeNull();
        await world.DeliverAsync();
        await TendLaterAsync();
        await world.DeliverAsync();

        for (var times = 0; times < 3; times++)
        {
            await TendLaterAsync();
            await world.DeliverAsync();
        }

        world.Smtp.Mails.Count.ShouldBe(2);
        world.Mails().Count(mail => mail.Contains("5 of 9 linked records")).ShouldBe(1);
        world.Mails().Select(mail => mail.Split("Message-ID: ", StringSplitOptions.None)[1].Split('\n')[0]).Distinct().Count().ShouldBe(2);

        // It ended, and begins again.
        var held = (await world.Live.Get<BrakeStore>().GetAsync(LiveWorld.Key, "company", Cancel)).ShouldNotBeNull();
        await world.Live.Get<BrakeStore>().PutAsync(LiveWorld.Key, held.Value with { TrippedAt = world.Live.Time.GetUtcNow() }, held.ETag, Cancel);
        await world.TendAsync();
        await world.DeliverAsync();
        world.Smtp.Mails.Count.ShouldBe(3);

        async Task TendLaterAsync()
        {
            world.Live.Time.Advance(NoticeCare.Patience + TimeSpan.FromMinutes(1));
            await world.TendAsync();
        }
    }

    [Fact]
    public async Task Import_ThatTheWizardBegan_IsTheWizardsMailForWhoBeganIt()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com", "bert@example.com"), "importFinished"));
        var document = SetupDocument.Empty with { Import = new SetupImport(new RunId("run"), world.Live.Time.GetUtcNow(), "Anna@example.com") };
        await world.Live.Get<FlowStore>().PutDocumentAsync(LiveWorld.Key, SetupDocument.Name, document, StateJson.Options, null, Cancel);

        await world.RaiseAsync(NoticeEvent.ImportFinished, "run");
        await world.DeliverAsync();

        world.Smtp.Mails.ShouldHaveSingleItem().ShouldContain("bert@example.com");
    }

    [Fact]
    public async Task Digest_IsOfTheTenantsDay_AndSaysNothingWhereNothingIsToTell()
    {
        await using var world = await NoticeWorld.OpenAsync();
        var local = TimeZoneInfo.ConvertTime(world.Live.Time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland"));
        world.Live.Time.Advance(local.Date.AddDays(1).AddHours(6) - local.DateTime);
        (await world.PutAsync(new { rules = new[] { NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), "dailyDigest") }, digestAt = "07:00", timeZone = "Pacific/Auckland" })).Status.ShouldBe(200);
        await TendAsync(TimeSpan.Zero, 0);
        await TendAsync(TimeSpan.FromHours(2), 0);

        await world.Live.Get<LinkStore>().PutWorkAsync(
            new LinkScope(LiveWorld.Key, "company"), [new WorkItem("company", Side.Left, "7", WorkReason.Dead, DateTimeOffset.MaxValue) { FirstAt = world.Live.Time.GetUtcNow(), Detail = "Mrs Private" }], Cancel);
        await TendAsync(TimeSpan.FromHours(22), 0);
        await TendAsync(TimeSpan.FromHours(2), 1);
        await TendAsync(TimeSpan.FromHours(1), 1);

        world.Mails().Single().ShouldSatisfyAllConditions(mail => mail.ShouldContain("1 thing needs somebody"), mail => mail.ShouldContain("1 could not be brought over"), mail => mail.ShouldNotContain("Private"));

        async Task TendAsync(TimeSpan later, int mails)
        {
            world.Live.Time.Advance(later);
            await world.TendAsync();
            await world.DeliverAsync();
            world.Smtp.Mails.Count.ShouldBe(mails);
        }
    }

    [Fact]
    public async Task KeyChange_IsTold_WithWhoDidIt()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), "keyChanged"));

        await world.SecretAsync(NoticeWorld.Ada with { Name = "Ada\r\nBcc: x@example.com" });
        await world.DeliverAsync();

        world.Mails().Single().ShouldSatisfyAllConditions(mail => mail.ShouldContain("Subject: Acme: A secret was made"), mail => mail.ShouldContain("Done by Ada Bcc"), mail => mail.ShouldNotContain("\nBcc"));
    }

    [Fact]
    public async Task KeyChange_OfEachKind_IsTold()
    {
        await using var world = await NoticeWorld.OpenAsync();
        await world.ChooseAsync(NoticeWorld.Rule(NoticeWorld.Mail("anna@example.com"), "keyChanged"));
        await world.Live.Get<TenantStore>().ChangeAsync(HttpWorld.Tenant, tenant => tenant with { RecordsApi = true }, Cancel);

        var (tenant, flow, connection) = (HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, LiveWorld.ConnectionOf(Side.Left).Value);
        await ToldAsync<RotateRecordsKey>((function, request) => function.Run(request, tenant, flow, Cancel));
        await ToldAsync<EndRecordsApi>((function, request) => function.Run(request, tenant, flow, Cancel));
        await ToldAsync<RotateWebhook>((function, request) => function.Run(request, tenant, connection, Cancel));
        await ToldAsync<RotateWebhookSecret>((function, request) => function.Run(request, tenant, connection, Cancel));
        await ToldAsync<RotateReactionSecret>((function, request) => function.Run(request, tenant, flow, Cancel), new { webhook = world.Receiver.Address });
        await ToldAsync<RotateNoticeSecret>((function, request) => function.Run(request, tenant, Cancel), new { webhook = world.Receiver.Address });

        async Task ToldAsync<T>(Func<T, HttpRequest, Task<IActionResult>> call, object? body = null)
        {
            var answer = await world.AskAsync("POST", body, call);
            answer.Status.ShouldBeInRange(200, 204, $"{typeof(T).Name}: {answer.Body}");
            await world.DeliverAsync();
            world.Smtp.Mails.Count.ShouldBe(1, typeof(T).Name);
            world.Smtp.Mails.Clear();
        }
    }

    [Fact]
    public async Task KeyChange_OfWhichNobodyCanBeTold_IsAnsweredWithTheKey()
    {
        await using var world = await NoticeWorld.OpenAsync();
        world.Live.Storage.Fail(call => call.Operation == "table insert" && call.Uri.AbsolutePath.Contains("notices", StringComparison.OrdinalIgnoreCase), FailurePoint.BeforeSending);

        var answer = await world.AskAsync<RotateReactionSecret>("POST", new { webhook = world.Receiver.Address }, (function, request) => function.Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, Cancel));

        answer.Json.GetProperty("secret").GetString().ShouldNotBeNullOrEmpty();
        world.Live.Log.Text.ShouldContain("Nobody of acme is told");
    }
}
