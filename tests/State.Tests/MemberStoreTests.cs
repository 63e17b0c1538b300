using System.Collections.Immutable;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class MemberStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly PersonId Ada = PersonId.Of("https://issuer.example", "ada");
    private static readonly PersonId Ben = PersonId.Of(Person.Local, "ben@acme.example");

    private readonly StoppedClock _clock = new(Now);

    private MemberStore Store => new(Tables, Ids, _clock);

    [Fact]
    public async Task Everything_FullAndBare_ComesBack()
    {
        var full = Member(Ada) with { Email = "ada@acme.example", Groups = ["g1", "g2"], IsLocal = true, IsDisabled = true };
        var key = new ApiKey(Acme, "k1", "Nightly", Role.Member, "hash", "sk_AbCdE", "Ada") { Groups = ["g1"], CreatedAt = Now, ExpiresAt = Now.AddDays(1), LastUsedAt = Now };
        var access = new TenantAccess
        {
            AllowedAddresses = ["192.0.2.0/24"],
            Idle = TimeSpan.FromMinutes(20),
            SessionLength = TimeSpan.FromHours(8),
            IssuerOnly = true,
            Groups = [new Group("g1", "Studio", ["main"], [Act.Read, Act.Sync]), new Group("g2", "All", null, null)],
        };

        await JoinAsync(full);
        await JoinAsync(Member(Ben));
        await Store.InsertKeyAsync(key, Cancel);
        await Store.ChangeAccessAsync(Acme, _ => access, Cancel);

        ShouldHoldTheSame((await Store.ListAsync(Acme, Cancel)).OrderBy(member => member.IsDisabled).ToList(), [Member(Ben), full]);
        ShouldHoldTheSame((await Store.FindKeyAsync("hash", Cancel)).ShouldNotBeNull().Value, key);
        ShouldHoldTheSame((await Store.AccessAsync(Acme, Cancel)).Value, access);
        (await Store.ListAsync(new("other"), Cancel)).ShouldBeEmpty();
        (await Store.AccessAsync(new("other"), Cancel)).Value.ShouldBe(TenantAccess.Default);
    }

    [Fact]
    public async Task LastAdministrator_IsNeitherLoweredNorRemoved_HoweverManyTryAtOnce()
    {
        await JoinAsync(Member(Ada));
        await JoinAsync(Member(Ben));

        var outcomes = await Task.WhenAll(new[] { Ada, Ben }.Select(person => Store.ChangeAsync(Acme, person, member => person == Ada ? null : member with { Role = Role.Viewer }, Cancel)));

        outcomes.Order().ShouldBe([MemberChange.Changed, MemberChange.LastAdministrator]);
        var left = (await Store.ListAsync(Acme, Cancel)).Single(member => member.Role == Role.Administrator);
        foreach (var less in new Func<Member, Member?>[] { _ => null, member => member with { IsDisabled = true }, member => member with { Groups = ["g"] }, member => member with { Role = Role.Member } })
            (await Store.ChangeAsync(Acme, left.Person, less, Cancel)).ShouldBe(MemberChange.LastAdministrator);
        (await Store.ChangeAsync(Acme, left.Person, member => member with { Name = "Renamed" }, Cancel)).ShouldBe(MemberChange.Changed);
        (await Store.ChangeAsync(Acme, new PersonId("nobody"), _ => null, Cancel)).ShouldBe(MemberChange.Unknown);
    }

    [Fact]
    public async Task Invitation_UsedTwiceAtOnce_LetsOneIn()
    {
        await Store.InviteAsync(Invitation(), Cancel);

        var found = (await Store.FindInvitationAsync("code-hash", Cancel)).ShouldNotBeNull();
        ShouldHoldTheSame(found.Value, Invitation());
        var joined = await Task.WhenAll(new[] { Ada, Ben }.Select(person => Store.JoinAsync(found, Member(person), Cancel)));

        joined.Count(won => won).ShouldBe(1);
        (await Store.ListAsync(Acme, Cancel)).ShouldHaveSingleItem();
        (await Store.FindInvitationAsync("code-hash", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Invitation_TakenBackOrExpired_IsUnknown()
    {
        await Store.InviteAsync(Invitation(), Cancel);
        _clock.Now = Now.AddDays(7);
        (await Store.FindInvitationAsync("code-hash", Cancel)).ShouldBeNull();
        (await Store.InvitationsAsync(Acme, Cancel)).ShouldBeEmpty();
        _clock.Now = Now;
        (await Store.TakeBackInvitationAsync(Acme, "i1", Cancel)).ShouldBeTrue();
        (await Store.FindInvitationAsync("code-hash", Cancel)).ShouldBeNull();
        (await Store.TakeBackInvitationAsync(Acme, "i1", Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task Key_RevokedOrExpired_IsUnknown()
    {
        var key = new ApiKey(Acme, "k1", "Nightly", Role.Member, "hash", "sk_AbCdE", "Ada") { CreatedAt = Now, ExpiresAt = Now.AddHours(1) };
        await Store.InsertKeyAsync(key, Cancel);
        _clock.Now = Now.AddHours(1);
        (await Store.FindKeyAsync("hash", Cancel)).ShouldBeNull();
        _clock.Now = Now;
        (await Store.FindKeyAsync("hash", Cancel)).ShouldNotBeNull();

        await Store.RevokeKeyAsync(key, Cancel);

        (await Store.FindKeyAsync("hash", Cancel)).ShouldBeNull();
        (await Store.KeysAsync(Acme, Cancel)).ShouldBeEmpty();
    }

    private async Task JoinAsync(Member member)
    {
        var invitation = Invitation() with { Id = member.Person.Value, Hash = member.Person.Value };
        await Store.InviteAsync(invitation, Cancel);
        (await Store.JoinAsync((await Store.FindInvitationAsync(invitation.Hash, Cancel)).ShouldNotBeNull(), member, Cancel)).ShouldBeTrue();
    }

    private static Member Member(PersonId person) => new(Acme, person, "Somebody", Role.Administrator) { CreatedAt = Now };

    private static MemberInvitation Invitation() => new(Acme, "i1", "code-hash", Role.Viewer, "Ada")
    {
        Groups = ["g1"],
        Email = "new@acme.example",
        Name = "New",
        CreatedAt = Now,
        ExpiresAt = Now.AddDays(7),
    };
}
