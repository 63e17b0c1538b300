using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class LookupStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private readonly StoppedClock _clock = new(Now);

    private LookupStore Store => new(Tables, _clock);

    [Fact]
    public async Task Pending_FullAndBare_ComeBack()
    {
        var bare = Pending() with { CodeVerifierSealed = null };
        (await Store.PutPendingAsync("full", Pending(), Cancel)).ShouldBeTrue();
        (await Store.PutPendingAsync("bare", bare, Cancel)).ShouldBeTrue();

        ShouldHoldTheSame(await Store.TakePendingAsync("full", Cancel), Pending());
        ShouldHoldTheSame(await Store.TakePendingAsync("bare", Cancel), bare);
    }

    [Fact]
    public async Task Pending_TakenByManyAtOnce_IsGivenToOne()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);

        var taken = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Store.TakePendingAsync("state", Cancel)));

        taken.Count(pending => pending is not null).ShouldBe(1);
        (await Store.TakePendingAsync("state", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Pending_ExpiredOrUnknown_IsNothing()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);
        _clock.Now = Pending().ExpiresAt;

        (await Store.TakePendingAsync("state", Cancel)).ShouldBeNull();
        (await Store.TakePendingAsync("unknown", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("state", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Pending_StateUsedTwice_IsRefused()
    {
        await Store.PutPendingAsync("state", Pending(), Cancel);

        (await Store.PutPendingAsync("state", Pending() with { System = "other" }, Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task Secrets_Stored_AreNowhereInTheTable()
    {
        await Store.PutPendingAsync("the-state", Pending(), Cancel);
        await Store.PutInvitationAsync("the-code", new Invitation(Acme, Crm, Now.AddDays(1)), Cancel);
        await Store.PutHookAsync(Keys.OfSecret("the-hook"), new HookTarget(Acme, Crm), Cancel);

        var rows = await Tables.Lookups.ListAsync("", int.MaxValue, Cancel);

        rows.Count.ShouldBe(3);
        rows.SelectMany(row => row.Select(property => property.Value?.ToString() ?? "")).ShouldAllBe(text => !text.Contains("the-"));
    }

    [Fact]
    public async Task Invitation_LookedAt_IsNotUsedUp()
    {
        var invitation = new Invitation(Acme, Crm, Now.AddDays(1));
        await Store.PutInvitationAsync("code", invitation, Cancel);

        (await Store.FindInvitationAsync("code", Cancel)).ShouldBe(invitation);
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBe(invitation);
        (await Store.FindInvitationAsync("code", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Invitation_Expired_IsNothing()
    {
        await Store.PutInvitationAsync("code", new Invitation(Acme, Crm, Now), Cancel);

        (await Store.FindInvitationAsync("code", Cancel)).ShouldBeNull();
        (await Store.TakeInvitationAsync("code", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Hook_PutAndRemoved_IsFoundInBetween()
    {
        (await Store.PutHookAsync("hook", new HookTarget(Acme, Crm), Cancel)).ShouldBeTrue();
        (await Store.PutHookAsync("hook", new HookTarget(new TenantId("other"), Crm), Cancel)).ShouldBeFalse();

        var found = (await Store.FindHookAsync("hook", Cancel))!.Value;
        found.Value.ShouldBe(new HookTarget(Acme, Crm));
        await Store.NoteHookCalledAsync("hook", found, Now, Cancel);
        await Store.NoteHookCalledAsync("hook", found, Now.AddDays(1), Cancel);
        (await Store.FindHookAsync("hook", Cancel))!.Value.Value.ShouldBe(new HookTarget(Acme, Crm, Now), "The second had not read the first.");
        await Store.RemoveHookAsync("hook", Cancel);
        (await Store.FindHookAsync("hook", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task RemoveExpired_SomeExpired_LeavesTheOthers()
    {
        await Store.PutPendingAsync("old", Pending(), Cancel);
        await Store.PutPendingAsync("new", Pending() with { ExpiresAt = Now.AddDays(1) }, Cancel);
        await Store.PutHookAsync("hook", new HookTarget(Acme, Crm), Cancel);
        _clock.Now = Now.AddHours(1);

        await Store.RemoveExpiredAsync(Cancel);

        (await Tables.Lookups.ListAsync("", int.MaxValue, Cancel)).Count.ShouldBe(2);
        (await Store.TakePendingAsync("new", Cancel)).ShouldNotBeNull();
        (await Store.FindHookAsync("hook", Cancel)).ShouldNotBeNull();
    }

    private static PendingOAuth Pending() => new(Acme, Crm, "synergy", "https://app.example.com/callback", [1, 2, 3], "abcdef", Now.AddMinutes(10));
}
