using SyncFunctions.App.Hooks;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Tests.Live;

public sealed class PublishedKeyTests
{
    private const string Key = "the-key-that-is-published";
    private const string NextKey = "the-key-that-comes-after-it";

    private static Task<LiveWorld> WorldAsync() => LiveWorld.LiveAsync(system: inner => new HookedSystem(inner, HookedSystem.Published));

    [Fact]
    public async Task Webhooks_AskForTheKeyOnceForAll()
    {
        using var world = await WorldAsync();
        var release = new TaskCompletionSource();
        world.Keys.Release = release.Task;

        var sent = Enumerable.Range(0, 20).Select(_ => SendAsync(world, Key)).ToList();
        release.SetResult();

        (await Task.WhenAll(sent)).ShouldAllBe(answer => answer.Status == 202);
        (await SendAsync(world, Key)).Status.ShouldBe(202);
        world.Keys.Calls.ShouldBe(1);
        world.Time.Advance(PublishedKeys.KeptFor);
        (await SendAsync(world, Key)).Status.ShouldBe(202);
        world.Keys.Calls.ShouldBe(2, "A key that is no longer published is not believed for ever.");
    }

    [Fact]
    public async Task Webhooks_AfterTheKeyWasReplaced_AreTakenWithBothForAWhile()
    {
        using var world = await WorldAsync();
        await SendAsync(world, Key);
        world.Keys.Key = NextKey;
        world.Time.Advance(PublishedKeys.AskedEvery);

        (await SendAsync(world, NextKey)).Status.ShouldBe(202);
        (await SendAsync(world, Key)).Status.ShouldBe(202, "It was signed before the key was replaced.");
        world.Time.Advance(PublishedKeys.ReplacedKeptFor);
        (await SendAsync(world, NextKey)).Status.ShouldBe(202);
        (await SendAsync(world, Key)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Webhooks_ThatNobodySigned_DoNotMakeTheVendorBeAsked()
    {
        using var world = await WorldAsync();
        await SendAsync(world, Key);
        world.Time.Advance(PublishedKeys.AskedEvery);

        for (var i = 0; i < 200; i++) (await SendAsync(world, "a-key-of-nobody")).Status.ShouldBe(404);

        world.Keys.Calls.ShouldBe(2);
        for (var i = 0; i < 200; i++) await SendAsync(world, Key, new Uri(PublishedKeyServer.Address, $"/made-up/{i}"));
        world.Keys.Calls.ShouldBeLessThan(20, "Addresses are made up as easily.");
        (await SendAsync(world, Key)).Status.ShouldBe(202, "And the vendor's own still counts.");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_WhoseKeyCannotBeHad_IsAnsweredAsOneThatIsNotSigned()
    {
        using var world = await WorldAsync();
        world.Keys.Key = null;
        var missing = await SendAsync(world, Key);
        var elsewhere = await SendAsync(world, Key, new Uri("https://elsewhere.test/key"));
        var unknown = await world.SendAsync(Side.Left, "unknown", LiveWorld.Body(), Key, keyAddress: PublishedKeyServer.Address);

        new[] { missing.Told(), elsewhere.Told(), unknown.Told() }.Distinct().ShouldHaveSingleItem();
        missing.Status.ShouldBe(404);
        world.Keys.Calls.ShouldBe(1);

        world.Keys.Key = Key;
        world.Time.Advance(PublishedKeys.AskedEvery);
        (await SendAsync(world, Key)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Webhook_WhoseKeyIsNotPublishedInTime_IsRefused()
    {
        using var world = await WorldAsync();
        world.Keys.Release = new TaskCompletionSource().Task;

        (await SendAsync(world, Key)).Status.ShouldBe(404);
    }

    private static Task<Answer> SendAsync(LiveWorld world, string key, Uri? address = null) =>
        world.SendAsync(Side.Left, world.HookOf(Side.Left), LiveWorld.Body(), key, keyAddress: address ?? PublishedKeyServer.Address);
}
