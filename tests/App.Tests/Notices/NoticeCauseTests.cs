using SyncFunctions.App.Notices;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Notices;

/// <summary>From what happens in the systems to the one notice of it that is stored.</summary>
public sealed class NoticeCauseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_ThatHasEnded_IsOneNoticeWithItsCounts()
    {
        await using var world = await FlowWorld.LiveAsync();
        await world.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 3).Select(number => new { name = $"Company {number}" }));
        await using var hub = await FlowHub.StartAsync(world);

        var run = await hub.RunAsync(RunMode.Import);

        var told = (await ToldAsync(world.Get<NoticeStore>())).ShouldHaveSingleItem();
        (told.Event, told.Flow, told.About, told.Facts[NoticeFact.Created]).ShouldBe((NoticeEvent.ImportFinished, FlowWorld.Key.Flow, run.Id.Value, "3"));
    }

    [Fact]
    public async Task Records_DeletedInMasses_AreOneNotice()
    {
        await using var world = await FlowWorld.LiveAsync();
        await world.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 6).Select(number => new { name = $"Company {number}" }));
        await using var hub = await FlowHub.StartAsync(world);
        await hub.RunAsync(RunMode.Comprehensive);
        foreach (var company in (await world.Synergy.AllAsync("contacts")).Take(5)) await world.Synergy.DeleteAsync(company);

        await hub.RunAsync(RunMode.Comprehensive);
        await hub.RunAsync(RunMode.Comprehensive);

        var told = (await ToldAsync(world.Get<NoticeStore>())).ShouldHaveSingleItem();
        (told.Event, told.Flow, told.Facts[NoticeFact.Kind]).ShouldBe((NoticeEvent.MassDeleteRefused, FlowWorld.Key.Flow, "company"));
    }

    [Fact]
    public async Task Connection_ThatTheVendorNoLongerTakes_IsOneNotice()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Server(Side.Right).SignIn.Revoke();
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        for (var hour = 0; hour < 3; hour++)
        {
            await world.DeliverAsync();
            await world.PollAsync();
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        var told = (await ToldAsync(world.Get<NoticeStore>(), NoticeEvent.ReconnectNeeded)).ShouldHaveSingleItem();
        told.Facts[NoticeFact.Connection].ShouldBe(LiveWorld.ConnectionOf(Side.Right).Value);
    }

    [Fact]
    public async Task Record_ThatTheVendorRefusesForGood_IsOneNotice()
    {
        using var world = await LiveWorld.LiveAsync();

        await world.CompanyAsync($"Acme {FakeServer.Poison}");

        (await ToldAsync(world, NoticeEvent.DeadLetter)).Facts[NoticeFact.Kinds].ShouldBe("1 × company");
    }

    [Fact]
    public async Task Field_ChangedOnBothSides_IsOneNotice()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        world.Right.Edit(await world.CounterpartAsync(company), FieldSet.Of(("tel", FieldValue.Of("456"))), Actor.User);

        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        (await ToldAsync(world, NoticeEvent.Conflict)).Facts[NoticeFact.Kinds].ShouldBe("1 × company");
    }

    /// <summary>What comes many at a time is gathered for a minute.</summary>
    private static async Task<Notice> ToldAsync(LiveWorld world, NoticeEvent what)
    {
        await world.Get<NoticeBursts>().FlushAsync(Cancel);
        await world.Get<NoticeBursts>().FlushAsync(Cancel);
        return (await ToldAsync(world.Get<NoticeStore>(), what)).ShouldHaveSingleItem();
    }

    private static async Task<IReadOnlyList<Notice>> ToldAsync(NoticeStore notices, NoticeEvent? what = null) =>
        [.. (await notices.OverdueAsync(HttpWorld.Tenant, DateTimeOffset.MaxValue, Cancel)).Notices.Where(notice => what is null || notice.Event == what)];
}
