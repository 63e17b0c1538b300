using System.Text.Json;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Reactions;

public sealed class ReactionTests
{
    private static readonly Reaction Tagged = new(ReactionEvent.ProspectAdded, new ReactionDo(Tag: "Prospect"));

    /// <summary>The right system's notes are the status of a prospect, and the left one has tags.</summary>
    private static readonly Pair Watched = FakePair.Pair with
    {
        Kinds = [FakePair.Company with { Fields = [.. FakePair.Company.Fields.Where(field => field.Name != "notes"), new FieldMap("prospectStatus", new(null), new("notes")) { Direction = Direction.RightToLeft, Event = FieldMap.Prospect }] }],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prospect_Added_IsTaggedOnceAndWhoeverTakesTheTagAwayKeepsItAway()
    {
        using var world = await WorldAsync(Tagged);
        var account = world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Acme")), ("notes", FieldValue.Of("Qualified"))), Actor.User);
        await SeenAsync(world, account);

        var company = Counterpart(world, await LinkOfAsync(world, account));
        company.Get("tags").AsSet().Items.ShouldBe(["Prospect"]);
        (await world.LogAsync()).Select(line => line.Split(' ')[0]).ShouldBe(["reaction", "updated", "prospect-added", "created"], ignoreOrder: true);
        (await EventsAsync(world)).ShouldBeEmpty();

        // It is no change of anybody's: nothing goes back, and no lock is set.
        await world.SendAsync(Side.Left, company);
        await DeliverAsync(world);
        account.Get("labels").AsSet().Items.ShouldBeEmpty();

        world.Left.Edit(company, FieldSet.Of(("tags", new FieldValue.Set()), ("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await DeliverAsync(world);
        world.Right.Edit(account, FieldSet.Of(("notes", FieldValue.Of("Won")), ("tel", FieldValue.Of("2"))), Actor.User);
        await SeenAsync(world, account);
        for (var i = 0; i < 3; i++) await world.PollAsync();
        company.Get("phone").ToString().ShouldBe("2");
        company.Get("tags").AsSet().Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_ChangedToOneThatIsWanted_IsToldBySignedWebhookOnceItIsTaken()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var world = await WorldAsync(app: [("Webhooks:AllowPrivateHosts", "true")]);
        var secret = await ChooseAsync(world, receiver.Address, new { on = "prospectStatusChanged", status = new[] { "won" }, @do = new { webhook = receiver.Address } });
        var account = world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Acme")), ("notes", FieldValue.Of("Qualified"))), Actor.User);
        await SeenAsync(world, account);
        world.Right.Edit(account, FieldSet.Of(("notes", FieldValue.Of("Lost"))), Actor.User);
        await SeenAsync(world, account);
        receiver.Received.ShouldBeEmpty();

        receiver.Answers.Enqueue(503);
        receiver.Answers.Enqueue(301);
        world.Right.Edit(account, FieldSet.Of(("notes", FieldValue.Of("Won"))), Actor.User);
        await SeenAsync(world, account);
        receiver.Received.Count.ShouldBe(1);
        (await EventsAsync(world)).ShouldHaveSingleItem().Attempts.ShouldBe(1);
        for (var i = 0; i < 5; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(2));
            await world.PollAsync();
        }

        receiver.Received.Count.ShouldBe(3);
        (await EventsAsync(world)).ShouldBeEmpty();
        receiver.Received.Select(request => request.Header("webhook-id")).Distinct().ShouldHaveSingleItem();
        receiver.Received.ShouldAllBe(request => StandardWebhooks.Verify(request, secret, DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Header("webhook-timestamp")!, null))));
        var data = JsonSerializer.Deserialize<JsonElement>(receiver.Received.First().Body.Span);
        (data.GetProperty("type").GetString(), data.GetProperty("data").GetProperty("status").GetString(), data.GetProperty("data").GetProperty("before").GetString(), data.GetProperty("data").GetProperty("rightId").GetString())
            .ShouldBe(("prospect.status_changed", "Won", "Lost", account.Id));
        world.Log.Text.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Webhook_WhoseEndWasCutOff_IsSentAgainUnderTheSameIdAndNoneIsGivenUpBeforeADay()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var world = await WorldAsync(app: [("Webhooks:AllowPrivateHosts", "true")]);
        await ChooseAsync(world, receiver.Address, new { on = "prospectAdded", @do = new { webhook = receiver.Address } });
        world.Storage.Answer(call => call is { Method: "DELETE" } && Uri.UnescapeDataString(call.Uri.AbsoluteUri).Contains("RowKey='e|", StringComparison.Ordinal), 503);
        var account = world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Acme")), ("notes", FieldValue.Of("Qualified"))), Actor.User);
        await Should.ThrowAsync<Azure.RequestFailedException>(() => SeenAsync(world, account));
        world.Storage.Reset();

        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.PollAsync();
        receiver.Received.Count.ShouldBe(1, "Somebody may still be at it.");
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.PollAsync();
        receiver.Received.Count.ShouldBe(2);
        receiver.Received.Select(request => request.Header("webhook-id")).Distinct().ShouldHaveSingleItem();

        for (var i = 0; i < 40; i++) receiver.Answers.Enqueue(500);
        await SeenAsync(world, world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Other")), ("notes", FieldValue.Of("Qualified"))), Actor.User));
        for (var hours = 0; hours < 26; hours += 2)
        {
            (await EventsAsync(world)).Count.ShouldBe(hours < 24 ? 1 : 0);
            world.Time.Advance(TimeSpan.FromHours(2));
            await world.PollAsync();
        }

        (await EventsAsync(world)).ShouldBeEmpty();
        (await world.LogAsync()).ShouldContain(line => line.StartsWith("reaction-given-up", StringComparison.Ordinal) && line.Contains("answered 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_ThatWereThereBefore_AreNoNewsToAnImport()
    {
        using var world = await WorldAsync(Tagged);
        var account = world.Right.Create("accounts", FieldSet.Of(("title", FieldValue.Of("Acme")), ("notes", FieldValue.Of("Qualified"))), Actor.User);
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User);
        var context = (await world.Get<FlowContexts>().LoadAsync(LiveWorld.Key, Cancel)).ShouldNotBeNull();
        var scope = new WorkScope(context, context.Pair.Kind("company"), RunMode.Import, null, 0);
        var (left, right) = (await context.Left.GetAsync(scope.Kind, company.Id, Cancel), await context.Right.GetAsync(scope.Kind, account.Id, Cancel));

        await world.Get<BatchSync>().RunAsync(scope, [new SourceRecord(Side.Left, company.Id, left.Value), new SourceRecord(Side.Right, account.Id, right.Value)], Cancel);

        (await LinkOfAsync(world, account)).Bases.Right["prospectStatus"].ShouldBe(FieldValue.Of("Qualified"));
        (await EventsAsync(world)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"on":"prospectAdded","do":{}}""", "do")]
    [InlineData("""{"on":"prospectAdded","do":{"tag":"A","webhook":"https://example.com/"}}""", "do")]
    [InlineData("""{"on":"prospectAdded","do":{"tag":""}}""", "do/tag")]
    [InlineData("""{"on":"prospectAdded","do":{"mergeField":"PSTATUS","value":"{status}"}}""", "do/mergeField")]
    [InlineData("""{"on":"prospectAdded","do":{"tag":"A"},"status":[" "]}""", "status")]
    [InlineData("""{"on":"prospectAdded","do":{"webhook":"https://example.com/"}}""", "do/webhook")]
    [InlineData("""{"on":"prospectAdded","do":{"webhook":"https://10.1.2.3/"}}""", "do/webhook")]
    public async Task Reaction_ThatCannotBeDone_IsRefusedWithThePlace(string reaction, string pointer)
    {
        using var world = await WorldAsync();

        var answer = await PatchAsync(world, JsonSerializer.Deserialize<JsonElement>(reaction));

        answer.Status.ShouldBe(400, answer.Body);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldContain($"#/settings/reactions/0/{pointer}");
    }

    [Theory]
    [InlineData("raisersedge-mailchimp")]
    [InlineData("salesforce-mailchimp")]
    public void Reactions_OfCharitiesPairs_HaveTagsAndMergeFields(string name)
    {
        using var http = new HttpClient();
        using var sender = new WebhookSender(TimeProvider.System);
        var check = new ReactionCheck(new Systems(new VendorPipeline(http, TimeProvider.System, new Random(1))), sender);
        var pair = PairCatalog.Shipped[name];
        Flow Choose(ReactionDo what) => new(LiveWorld.Key, name, name, new ConnectionId("left"), new ConnectionId("right")) { CreatedAt = DateTimeOffset.UnixEpoch, Settings = pair.Defaults with { Reactions = [Tagged with { Do = what }] } };

        foreach (var possible in new[] { new ReactionDo(Tag: "Prospect"), new ReactionDo(MergeField: "PSTATUS", Value: "{status}") }) check.Require(pair, Choose(possible)).ShouldNotBeNull();
        Should.Throw<ProblemException>(() => check.Require(pair, Choose(new ReactionDo(MergeField: "FNAME", Value: "{status}")))).Errors.Single().Pointer.ShouldBe("#/settings/reactions/0/do/mergeField");
    }

    [Theory]
    [InlineData("https://example.com/hooks", true)]
    [InlineData("https://93.184.215.14/", true)]
    [InlineData("http://example.com/hooks", false)]
    [InlineData("https://user@example.com/", false)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://metadata.google.internal/", false)]
    [InlineData("https://intranet/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://169.254.169.254/latest", false)]
    [InlineData("https://192.168.1.1/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("https://[fd00::1]/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("nonsense", false)]
    public void Webhook_GoesToTheOpenInternetAlone(string address, bool isOpen)
    {
        using var sender = new WebhookSender(TimeProvider.System);

        (sender.WhyNot(address) is null).ShouldBe(isOpen);
    }

    [Fact]
    public async Task Webhook_ToANameThatLeadsHome_IsNotSent()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var sender = new WebhookSender(TimeProvider.System);

        (await sender.SendAsync(new Uri(receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), "id", [], [StandardWebhooks.NewSecret()], Cancel)).Problem.ShouldNotBeNull();

        receiver.Received.ShouldBeEmpty();
    }

    private static Task<LiveWorld> WorldAsync(params Reaction[] reactions) => WorldAsync(app: null, reactions);

    private static Task<LiveWorld> WorldAsync((string, string)[]? app, params Reaction[] reactions) =>
        LiveWorld.LiveAsync(FakePair.Defaults with { SweepEvery = TimeSpan.Zero, ReferencesEvery = TimeSpan.Zero, Reactions = [.. reactions] }, Watched, app: app);

    /// <summary>A secret for the address, and the reaction as the tenant's only one.</summary>
    private static async Task<string> ChooseAsync(LiveWorld world, string address, object reaction)
    {
        var request = world.Request("POST", new { webhook = address });
        var made = await HttpWorld.ExecuteAsync(request, world.Function<RotateReactionSecret>().Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, Cancel));
        made.Status.ShouldBe(201, made.Body);
        (await PatchAsync(world, reaction)).Status.ShouldBe(200);
        return made.Json.GetProperty("secret").GetString()!;
    }

    private static Task<Answer> PatchAsync(LiveWorld world, object reaction)
    {
        var request = world.Request("PATCH", new { settings = new { reactions = new[] { reaction } } });
        return HttpWorld.ExecuteAsync(request, world.Function<PatchFlow>().Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, null!, Cancel));
    }

    private static async Task SeenAsync(LiveWorld world, FakeRecord account)
    {
        await world.SendAsync(Side.Right, account);
        await DeliverAsync(world);
    }

    /// <summary>What is to be done at once has a message that is seen a moment later.</summary>
    private static async Task DeliverAsync(LiveWorld world)
    {
        await world.DeliverAsync();
        world.Time.Advance(TimeSpan.FromSeconds(2));
        await world.DeliverAsync();
    }

    private static async Task<Link> LinkOfAsync(LiveWorld world, FakeRecord account) => (await world.LinkAsync(Side.Right, account.Id)).ShouldNotBeNull();

    private static FakeRecord Counterpart(LiveWorld world, Link link) => world.Left.Find("companies", link.LeftId.ShouldNotBeNull()).ShouldNotBeNull();

    private static async Task<IReadOnlyList<LinkEvent>> EventsAsync(LiveWorld world) =>
        [.. (await world.Get<LinkStore>().EventsAsync(new LinkScope(LiveWorld.Key, "company"), 100, Cancel)).Select(told => told.Value)];
}
