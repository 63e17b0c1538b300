using SyncFunctions.App.Notices;
using SyncFunctions.App.People;
using SyncFunctions.App.SignIn;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Access;

/// <summary>What somebody is told of their own account.</summary>
public sealed class OwnMailTests : IAsyncLifetime
{
    private const string New = "another long password";

    private readonly SmtpServer _smtp = new();
    private AccessWorld _world = null!;
    private Person _anna = null!;
    private bool _isDown;

    public async ValueTask InitializeAsync()
    {
        _world = await AccessWorld.StartAsync([("PublicBaseUrl", "https://sync.example"), .. _smtp.Settings]);
        _anna = new Person(Person.Local, "anna@acme.example", "anna") { Email = "anna@acme.example", PasswordHash = Passwords.Hash(AccessWorld.Password), CreatedAt = _world.Http.Time.GetUtcNow() };
        await _world.AddMemberAsync(AccessWorld.Acme, _anna, Role.Viewer);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        if (!_isDown) await _smtp.DisposeAsync();
    }

    [Fact]
    public async Task Password_ThatWasChanged_IsToldToItsPersonOnce_InHoweverManyTenants()
    {
        await _world.AddMemberAsync(AccessWorld.Beta, _anna, Role.Administrator);
        (await ChangePasswordAsync()).ShouldBe(204);
        foreach (var tenant in new[] { AccessWorld.Acme, AccessWorld.Beta })
        {
            // As one who died at it is followed by another.
            foreach (var notice in (await _world.Get<NoticeStore>().OverdueAsync(tenant, DateTimeOffset.MaxValue, default)).Notices) await _world.Get<NoticeSpread>().RunAsync(tenant, notice.Name, default);
        }

        await _world.DeliverNoticesAsync();

        var mail = Mails().Where(text => text.Contains("Your password was changed", StringComparison.Ordinal)).ShouldHaveSingleItem();
        mail.ShouldContain("To: anna@acme.example");
        mail.ShouldContain("from the address 192.0.2.7");
        mail.ShouldContain("If it was not you");
        mail.ShouldContain("It is always sent.");
        mail.ShouldNotContain(New);
        mail.ShouldNotContain("/password/");
    }

    [Fact]
    public async Task Password_IsChanged_ThoughTheMailServerIsDown()
    {
        await _smtp.DisposeAsync();
        _isDown = true;

        (await ChangePasswordAsync()).ShouldBe(204);
        await _world.DeliverNoticesAsync();

        var delivery = (await _world.Get<NoticeStore>().ListDeliveriesAsync(AccessWorld.Acme, null, null, 10, default)).Items.ShouldHaveSingleItem();
        (delivery.Target, delivery.State, delivery.Rule).ShouldBe(("anna@acme.example", DeliveryState.Waiting, null));
    }

    [Fact]
    public async Task Access_ThatWasChangedOrTaken_IsToldToItsPerson_AndANameIsNot()
    {
        var admin = await _world.SignedInAsync(await _world.AddMemberAsync(AccessWorld.Acme, "boss", Role.Administrator));
        await ChangeAsync(new { name = "Anna" });
        await _world.DeliverNoticesAsync();
        Mails().ShouldAllBe(mail => !mail.Contains("To: anna@acme.example", StringComparison.Ordinal));

        await ChangeAsync(new { role = "member" });
        await _world.SendAsync<RemoveUser>(_world.Request("DELETE", "", admin), (function, own) => function.Run(own, "acme", _anna.Id.Value, default), AccessWorld.Acme, admin);
        await _world.DeliverNoticesAsync();

        var mine = Mails().Where(mail => mail.Contains("To: anna@acme.example", StringComparison.Ordinal)).ToList();
        mine.Count.ShouldBe(2);
        mine.ShouldContain(mail => mail.Contains("Your access was changed: member", StringComparison.Ordinal) && mail.Contains("Done by boss", StringComparison.Ordinal));
        mine.ShouldContain(mail => mail.Contains("You were taken out", StringComparison.Ordinal));

        Task<Answer> ChangeAsync(object body) =>
            _world.SendAsync<PatchUser>(_world.Request("PATCH", "", admin, body), (function, own) => function.Run(own, "acme", _anna.Id.Value, default), AccessWorld.Acme, admin);
    }

    private async Task<int> ChangePasswordAsync()
    {
        var here = await _world.SignedInAsync(_anna);
        return (await _world.SendAsync<ChangePassword>(
            _world.Request("POST", "manage/v1/me/password", here, new { password = AccessWorld.Password, newPassword = New }), (function, own) => function.Run(own, default))).Status;
    }

    private List<string> Mails() => [.. _smtp.Mails.Select(NoticeWorld.Readable)];
}
