using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class NoticeStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly Notice Told = new(Acme, NoticeEvent.Conflict, Flow.Flow, "a/b|ü", Now) { Facts = Notice.Saying(("count", "3"), ("kinds", "3 × company")) };

    private NoticeStore Store => new(Tables, Ids);

    [Fact]
    public async Task Notice_IsStoredOnce_AndOverdueUntilItIsSpread()
    {
        (await Store.InsertAsync(Told, Cancel)).ShouldBeTrue();
        (await Store.InsertAsync(Told with { At = Now.AddHours(1) }, Cancel)).ShouldBeFalse();

        var found = (await Store.GetAsync(Acme, Told.Name, Cancel)).ShouldNotBeNull();
        ShouldHoldTheSame(found.Value, Told);
        (await Store.OverdueAsync(Acme, Now, Cancel)).Notices.ShouldBeEmpty();
        (await Store.OverdueAsync(Acme, Now.AddSeconds(1), Cancel)).Notices.ShouldHaveSingleItem();

        var spread = found with { Value = Told with { SpreadAt = Now.AddMinutes(1) } };
        (await Store.ReplaceAsync(spread, Cancel)).ShouldBeTrue();
        (await Store.ReplaceAsync(spread with { Value = Told }, Cancel)).ShouldBeFalse("Somebody else was faster.");
        (await Store.OverdueAsync(Acme, Now.AddYears(1), Cancel)).Notices.ShouldBeEmpty();
        ShouldHoldTheSame((await Store.GetAsync(Acme, Told.Name, Cancel))!.Value.Value, spread.Value);
    }

    [Fact]
    public async Task Deliveries_RoundTrip_NewestFirst_OfTheirTenantAlone()
    {
        var (first, second) = (Delivery(Told), Delivery(Told with { At = Now.AddDays(1) }));
        foreach (var delivery in new[] { first, second, first with { Tenant = new TenantId("other") } }) (await Store.InsertDeliveryAsync(delivery, Cancel)).ShouldBeTrue();
        (await Store.InsertDeliveryAsync(first, Cancel)).ShouldBeFalse();

        var page = await Store.ListDeliveriesAsync(Acme, null, null, 1, Cancel);
        ShouldHoldTheSame(page.Items, [second]);
        ShouldHoldTheSame((await Store.ListDeliveriesAsync(Acme, null, page.Continuation, 10, Cancel)).Items, [first]);
        (await Store.ListDeliveriesAsync(Acme, DeliveryState.Sent, null, 10, Cancel)).Items.ShouldBeEmpty();
        (await Store.OverdueAsync(Acme, Now.AddMinutes(1), Cancel)).Deliveries.ShouldHaveSingleItem();

        await Store.InsertAsync(Told, Cancel);
        await Store.RemoveBeforeAsync(Acme, Now.AddHours(1), Cancel);
        ShouldHoldTheSame((await Store.ListDeliveriesAsync(Acme, null, null, 10, Cancel)).Items, [second]);
        (await Store.GetAsync(Acme, Told.Name, Cancel)).ShouldBeNull();
        (await Store.ListDeliveriesAsync(new TenantId("other"), null, null, 10, Cancel)).Items.ShouldHaveSingleItem();

        static NoticeDelivery Delivery(Notice notice) => new(Acme, Keys.DeliveryIdOf(notice, NoticeChannel.Email, "anna+x@example.com"), notice, NoticeChannel.Email, "anna+x@example.com")
        {
            To = "anna+x@example.com",
            Rule = "default",
            Attempts = 2,
            NextAt = notice.At,
            LastAt = notice.At,
            Answer = "Its receiver answered 500.",
        };
    }

    [Fact]
    public async Task RulesAndWishes_RoundTrip()
    {
        var rules = NoticeRules.Default with
        {
            Rules = [.. NoticeRules.Default.Rules, new NoticeRule("hook") { Events = [NoticeEvent.DailyDigest], Webhook = "key", Flows = [Flow.Flow] }],
            DigestAt = new TimeOnly(6, 30),
            TimeZone = "Europe/Berlin",
            Endpoints = NoticeRules.Default.Endpoints.Add("key", new NoticeEndpoint([1, 2], "https://example.com/") { Secret = new WebhookSecret([3]), DisabledAt = Now, DisabledBecause = "Gone." }),
            MadeAt = new Uri("https://sync.example/"),
        };
        (await Store.PutRulesAsync(Acme, rules, null, Cancel)).ShouldNotBeNull();
        (await Store.PutRulesAsync(Acme, rules with { TimeZone = "UTC" }, null, Cancel)).ShouldBeNull();
        ShouldHoldTheSame((await Store.GetRulesAsync(Acme, Cancel))!.Value.Value, rules);

        var wishes = new NoticeWishes { Off = [NoticeEvent.Conflict], EmailOff = true };
        (await Store.PutWishesAsync(Acme, "ada/1", wishes, null, Cancel)).ShouldNotBeNull();
        ShouldHoldTheSame((await Store.GetWishesAsync(Acme, "ada/1", Cancel))!.Value.Value, wishes);
        (await Store.ListWishesAsync(Acme, Cancel)).Keys.ShouldBe(["ada/1"]);
        (await Store.GetWishesAsync(new TenantId("other"), "ada/1", Cancel)).ShouldBeNull();
    }
}
