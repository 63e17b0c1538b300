using System.Collections.Immutable;
using System.Text;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Triggers;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Live;

public sealed class WebhookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Webhook_OfAChangedRecord_IsOnTheListBeforeTheAnswerAndOnTheOtherSideAfterTheMessage()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);

        var answer = await world.SendAsync(Side.Left, company);

        answer.Status.ShouldBe(202);
        var work = (await world.WorkAsync()).ShouldHaveSingleItem();
        (work.RecordId, work.Reason, work.Side).ShouldBe((company.Id, WorkReason.Webhook, Side.Left));
        (await world.DeliverAsync()).ShouldBe(1);
        (await world.WorkAsync()).ShouldBeEmpty();
        (await world.CounterpartAsync(company)).Get("title").ToString().ShouldBe("Acme");
    }

    [Fact]
    public async Task Webhook_OfASideFromWhichNothingComes_CostsNoLook()
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Pair.Defaults with { Direction = Direction.LeftToRight, UnownedEdits = UnownedEdit.Leave });
        var company = world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Acme"))), Actor.User);

        (await world.SendAsync(Side.Right, company)).Status.ShouldBe(202);

        (await world.WorkAsync()).ShouldBeEmpty();
        (await world.DeliverAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Webhook_SignedWithAnotherSecret_IsRefusedAndNothingIsStored()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User);

        var answer = await world.SendAsync(Side.Left, world.HookOf(Side.Left), LiveWorld.Body(company), "not-the-secret-of-this-hook");

        answer.Status.ShouldBe(404);
        (await world.WorkAsync()).ShouldBeEmpty();
        (await world.DeliverAsync()).ShouldBe(0);
        world.Storage.Calls.ShouldNotContain(call => call.Method != "GET" && call.Operation.StartsWith("table", StringComparison.Ordinal) && call.Operation != "table query");
    }

    [Fact]
    public async Task Webhook_ThatProvesNothing_IsAnsweredAsAHookThatDoesNotExist()
    {
        using var world = await LiveWorld.LiveAsync();
        var (hook, body, secret) = (world.HookOf(Side.Left), LiveWorld.Body(), "not-the-secret-of-this-hook");

        var answers = new[]
        {
            await world.SendAsync(Side.Left, hook, body, secret),
            await world.SendAsync(Side.Left, $"{hook}x", body, secret),
            await world.SendAsync(Side.Left, hook, body, world.SecretOf(Side.Left), system: LiveWorld.SystemOf(Side.Right)),
            await world.SendAsync(Side.Left, hook, body, world.SecretOf(Side.Left), system: "unheardof"),
            await world.SendAsync(Side.Left, "short", body, secret, system: "unheardof"),
        };

        answers.ShouldAllBe(answer => answer.Status == 404);
        answers.Select(answer => answer.Told()).Distinct().ShouldHaveSingleItem();
        (await world.SendAsync(Side.Left, hook, body, world.SecretOf(Side.Left))).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Check_OfAnAddress_IsAnsweredAsTheVendorWantsItWhetherOrNotTheHookExists()
    {
        var format = HookedSystem.Format with { Check = check => check.Method == "OPTIONS" && check.Headers.TryGetValue("webhook-request-origin", out var origin) ? ImmutableDictionary<string, string>.Empty.Add("WebHook-Allowed-Origin", origin) : null };
        using var world = await LiveWorld.LiveAsync(system: inner => inner.Catalog.System == LiveWorld.SystemOf(Side.Left) ? new HookedSystem(inner, format) : new HookedSystem(inner));
        world.Storage.Reset();

        foreach (var hook in new[] { world.HookOf(Side.Left), "unknown" })
        {
            var answer = await CheckAsync(world, Side.Left, hook, "OPTIONS", ("WebHook-Request-Origin", "sender.example"));
            (answer.Status, answer.Headers["WebHook-Allowed-Origin"].ToString()).ShouldBe((200, "sender.example"));
            (await CheckAsync(world, Side.Left, hook, "OPTIONS")).Status.ShouldBe(404);
            (await CheckAsync(world, Side.Left, hook, "GET", ("WebHook-Request-Origin", "sender.example"))).Status.ShouldBe(404);
        }

        world.Storage.Calls.ShouldBeEmpty();
        var unproved = await world.SendAsync(Side.Right, "unknown", [], "");
        (await CheckAsync(world, Side.Right, world.HookOf(Side.Right), "GET")).Told().ShouldBe(unproved.Told());
        (await CheckAsync(world, Side.Right, world.HookOf(Side.Right), "GET", system: "unheardof")).Told().ShouldBe(unproved.Told());
    }

    [Fact]
    public async Task Webhook_OfAVendorThatMaySignNothing_IsTakenUnsignedUntilTheHookHasASecret()
    {
        using var world = await LiveWorld.LiveAsync(system: inner => new HookedSystem(inner, HookedSystem.Format with { MayBeUnsigned = true }));
        var (hook, body) = (world.HookOf(Side.Left), LiveWorld.Body());

        (await world.SendAsync(Side.Left, hook, body, "whatever")).Status.ShouldBe(202);
        (await world.SendAsync(Side.Left, $"{hook}x", body, "whatever")).Status.ShouldBe(404);
        (await world.RotateSecretAsync(Side.Left)).Status.ShouldBe(400, "The vendor chooses it.");
        (await world.RotateSecretAsync(Side.Left, "a-secret-that-the-vendor-chose")).Status.ShouldBe(201);

        (await world.SendAsync(Side.Left, hook, body, "whatever")).Status.ShouldBe(404);
        (await world.SendAsync(Side.Left, hook, body, "a-secret-that-the-vendor-chose")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Webhook_OfOneTenant_ReachesNoOther()
    {
        using var world = await LiveWorld.LiveAsync();
        var theirs = new FlowKey(new TenantId("other"), LiveWorld.Key.Flow);
        await world.ConnectAsync(Side.Left, theirs.Tenant);
        await world.ConnectAsync(Side.Right, theirs.Tenant);
        await world.AddFlowAsync(theirs);

        (await world.SendAsync(Side.Left, world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User))).Status.ShouldBe(202);

        (await world.WorkAsync()).Count.ShouldBe(1);
        (await world.WorkAsync(flow: theirs)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_StoredTooSlowly_IsSentAgainAndStoredAllTheSame()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User);
        var release = world.Storage.Hold(call => call.Operation is "queue send message");

        var answer = await world.SendAsync(Side.Left, company).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        answer.Status.ShouldBe(HookedSystem.SendAgain);
        HookReceiver.AnsweredWithin.ShouldBeLessThan(TimeSpan.FromSeconds(5), "The sender waits no longer.");
        (await world.DeliverAsync()).ShouldBe(0);
        release.SetResult();
        await Eventually.HoldsAsync(async () => await world.DeliverAsync() == 1 ? null : "No message has come.");
        (await world.CounterpartAsync(company)).Get("title").ToString().ShouldBe("Acme");
    }

    [Theory]
    [InlineData("[{\"kind\":\"companies\"}]")]
    [InlineData("[{\"kind\":\"companies\",\"id\":\"\"}]")]
    [InlineData("nothing of the kind")]
    public async Task Webhook_SignedButNotUnderstood_IsABadRequest(string body)
    {
        using var world = await LiveWorld.LiveAsync();
        var secret = "a-secret-that-the-vendor-chose";
        await world.RotateAsync(Side.Left, secret);

        (await world.SendAsync(Side.Left, world.HookOf(Side.Left), Encoding.UTF8.GetBytes(body), secret)).Status.ShouldBe(400);
        (await world.SendAsync(Side.Left, world.HookOf(Side.Left), "[]"u8.ToArray(), secret)).Status.ShouldBe(202, "A ping names nothing.");
    }

    [Fact]
    public async Task Webhook_LongerThanTheSystemSends_IsTooLarge()
    {
        using var world = await LiveWorld.LiveAsync();

        var answer = await world.SendAsync(Side.Left, world.HookOf(Side.Left), new byte[HookedSystem.MaxBytes + 1], "whatever");

        answer.Status.ShouldBe(413);
        answer.Json.GetProperty("type").GetString().ShouldBe("/api/problems/body-too-large");
    }

    [Fact]
    public async Task Webhook_ThatCannotBeStored_IsAnsweredSoThatItIsSentAgain()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Storage.Reset();
        world.Storage.Answer(call => call.Operation is "queue send message", 503);

        (await world.SendAsync(Side.Left, company)).Status.ShouldBe(HookedSystem.SendAgain);

        world.Storage.Reset();
        (await world.SendAsync(Side.Left, company)).Status.ShouldBe(202);
        (await world.DeliverAsync()).ShouldBe(1);
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_ThatIsLost_IsCaughtByThePollBehindIt()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        await world.PollAsync();
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        (await world.DeliverAsync()).ShouldBe(0);

        await world.PollAsync();

        (await world.CounterpartAsync(company)).Get("tel").ToString().ShouldBe("123");
    }

    [Fact]
    public async Task Webhooks_OfOneMoment_AreOneTransactionAndOneMessage()
    {
        using var world = await LiveWorld.LiveAsync();
        await world.SendAsync(Side.Left);
        var companies = Enumerable.Range(0, 30).Select(number => world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of($"Company {number}"))), Actor.User)).ToList();
        world.Storage.Reset();

        // Ten events of one record are one row.
        var answers = await Task.WhenAll(companies.Concat(Enumerable.Repeat(companies[0], 10)).Select(company => world.SendAsync(Side.Left, company)));

        answers.ShouldAllBe(answer => answer.Status == 202);
        world.Storage.ByOperation["table transaction"].ShouldBeLessThanOrEqualTo(8, "A machine that is busy begins another batch now and then; by themselves they would be forty.");
        world.Storage.ByOperation["queue send message"].ShouldBeLessThanOrEqualTo(8);
        (await world.WorkAsync()).Count.ShouldBe(30);
    }

    [Fact]
    public async Task Webhooks_ThatComeWhileStorageIsSlow_AreStoredTogether()
    {
        using var world = await LiveWorld.LiveAsync();
        await world.SendAsync(Side.Left);
        var companies = Enumerable.Range(0, 30).Select(number => world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of($"Company {number}"))), Actor.User)).ToList();
        world.Storage.Reset();
        var release = world.Storage.Hold(call => call.Operation is "table transaction");

        var answers = new List<Task<Answer>>();
        foreach (var company in companies)
        {
            answers.Add(world.SendAsync(Side.Left, company));
            if (world.Storage.ByOperation.GetValueOrDefault("table transaction") < 2) await Task.Delay(HookInbox.Window);
        }

        await Task.Delay(HookInbox.Window * 2);
        release.SetResult();

        (await Task.WhenAll(answers)).ShouldAllBe(answer => answer.Status == 202);
        world.Storage.ByOperation["table transaction"].ShouldBe(3, "Two, and all that came after them.");
        (await world.WorkAsync()).Count.ShouldBe(30);
    }

    [Fact]
    public async Task Webhook_OfAFlowWhoseStorageFails_HoldsUpNoOther()
    {
        using var world = await LiveWorld.LiveAsync();
        var other = LiveWorld.Key with { Flow = new FlowId("other") };
        var item = new WorkItem("company", Side.Left, "1", WorkReason.Webhook, world.Time.GetUtcNow()) { FirstAt = world.Time.GetUtcNow() };
        world.Storage.Reset();
        var release = world.Storage.Hold(call => call is { Operation: "table transaction", Number: 1 });

        var held = world.Get<HookInbox>().AddAsync([(LiveWorld.Key, item)]);
        await Eventually.HoldsAsync(() => Task.FromResult(world.Storage.ByOperation.ContainsKey("table transaction") ? null : "It is not being stored yet."));
        await world.Get<HookInbox>().AddAsync([(other, item)]);

        held.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await held;
    }

    [Fact]
    public async Task Webhook_ForAFlowThatIsOff_LeavesNothingForIt()
    {
        using var world = await LiveWorld.LiveAsync();
        await world.ChangeFlowAsync(flow => flow with { Enabled = false });
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User);

        (await world.SendAsync(Side.Left, company)).Status.ShouldBe(202);

        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hook_Rotated_EndsTheOldAddressAtOnceAndShowsNeitherIdNorSecretAgain()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        var (old, body) = (world.HookOf(Side.Left), LiveWorld.Body(company));

        var rotated = await world.RotateAsync(Side.Left, "a-secret-that-the-vendor-chose");

        rotated.Status.ShouldBe(201);
        rotated.Json.GetProperty("replaced").GetBoolean().ShouldBeTrue();
        rotated.Json.GetProperty("url").GetString()!.ShouldStartWith($"https://sync.example/api/webhooks/{LiveWorld.SystemOf(Side.Left)}/");
        (await world.SendAsync(Side.Left, old, body, "a-secret-that-the-vendor-chose")).Status.ShouldBe(404);
        (await world.SendAsync(Side.Left, company)).Status.ShouldBe(202);
        var shown = await ShowAsync(world);
        shown.ShouldContain("lastCalledAt");
        foreach (var secret in new[] { old, world.HookOf(Side.Left), "a-secret-that-the-vendor-chose" })
        {
            shown.ShouldNotContain(secret);
            world.Log.Text.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Hook_WithAnotherSecret_TakesBothForADay()
    {
        using var world = await LiveWorld.LiveAsync();
        var (hook, body, old) = (world.HookOf(Side.Left), LiveWorld.Body(), world.SecretOf(Side.Left));

        var rotated = await world.RotateSecretAsync(Side.Left);

        rotated.Status.ShouldBe(201);
        var secret = rotated.Json.GetProperty("secret").GetString()!;
        (await world.SendAsync(Side.Left, hook, body, secret)).Status.ShouldBe(202);
        (await world.SendAsync(Side.Left, hook, body, old)).Status.ShouldBe(202);
        (await world.SendAsync(Side.Left, hook, body, "neither-of-the-two")).Status.ShouldBe(404);
        world.Time.Advance(HookSetup.ReplacedKeptFor + TimeSpan.FromMinutes(1));
        (await world.SendAsync(Side.Left, hook, body, secret)).Status.ShouldBe(202);
        (await world.SendAsync(Side.Left, hook, body, old)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Hook_NeverCalled_SaysSoUntilASignedCallComes()
    {
        using var world = await LiveWorld.LiveAsync();
        await world.SendAsync(Side.Left, world.HookOf(Side.Left), "[]"u8.ToArray(), "wrong");
        (await ShowAsync(world)).ShouldContain("\"lastCalledAt\":null");

        await world.SendAsync(Side.Left);

        (await ShowAsync(world)).ShouldNotContain("\"lastCalledAt\":null");
    }

    [Fact]
    public async Task Hook_Ended_IsUnknown()
    {
        using var world = await LiveWorld.LiveAsync();
        var request = world.Request("DELETE", null);
        await HttpWorld.ExecuteAsync(request, world.Function<EndWebhook>().Run(request, HttpWorld.Tenant.Value, LiveWorld.ConnectionOf(Side.Left).Value, Cancel));

        (await world.SendAsync(Side.Left)).Status.ShouldBe(404);
        (await ShowAsync(world)).ShouldContain("\"webhook\":null");
        request = world.Request("DELETE", null);
        (await HttpWorld.ExecuteAsync(request, world.Function<EndWebhook>().Run(request, HttpWorld.Tenant.Value, LiveWorld.ConnectionOf(Side.Left).Value, Cancel))).Status.ShouldBe(404);
    }

    private static async Task<Answer> CheckAsync(LiveWorld world, Side side, string hook, string method, (string Name, string Value)? header = null, string? system = null)
    {
        var request = world.Request(method, null);
        request.Path = $"/api/webhooks/{system ?? LiveWorld.SystemOf(side)}/{hook}";
        if (header is var (name, value)) request.Headers[name] = value;
        return await HttpWorld.ExecuteAsync(request, Task.Run(() => world.Function<VendorWebhookCheck>().Run(request, system ?? LiveWorld.SystemOf(side)), Cancel));
    }

    private static async Task<string> ShowAsync(LiveWorld world)
    {
        var request = world.Request("GET", null);
        return (await HttpWorld.ExecuteAsync(request, world.Function<GetConnection>().Run(request, HttpWorld.Tenant.Value, LiveWorld.ConnectionOf(Side.Left).Value, Cancel))).Body;
    }
}
