using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Triggers;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Live;

public sealed class HookCareTests
{
    private static readonly Uri Here = new("https://sync.example/");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flow_SwitchedOn_TellsTheVendorWhoseCallsAreThenTaken()
    {
        using var world = await WorldAsync();

        await SwitchAsync(world, on: true);

        var (address, secret) = Vendor(world).Registered.ShouldHaveSingleItem().Value;
        address.AbsoluteUri.ShouldStartWith($"https://sync.example/api/webhooks/{LiveWorld.SystemOf(Side.Left)}/");
        var hook = address.Segments[^1];
        (await world.SendAsync(Side.Left, hook, LiveWorld.Body(), secret)).Status.ShouldBe(202);
        var shown = await world.ShowAsync(Side.Left);
        shown.Json.GetProperty("webhook").GetProperty("registered").GetBoolean().ShouldBeTrue();
        shown.Json.GetProperty("webhook").GetProperty("lastCalledAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.MinValue);
        foreach (var text in new[] { hook, secret })
        {
            shown.Body.ShouldNotContain(text);
            world.Log.Text.ShouldNotContain(text);
        }
    }

    [Fact]
    public async Task Flow_SwitchedOff_TakesBackWhatTheVendorWasToldUnlessAnotherNeedsIt()
    {
        using var world = await WorldAsync();
        var other = LiveWorld.Key with { Flow = new FlowId("other") };
        await world.AddFlowAsync(other, madeAt: Here);
        await SwitchAsync(world, on: true);
        var hook = Vendor(world).Registered.Single().Value;

        await SwitchAsync(world, on: false);
        Vendor(world).Registered.ShouldHaveSingleItem();

        await SwitchAsync(world, on: false, other);
        Vendor(world).Registered.ShouldBeEmpty();
        (await world.SendAsync(Side.Left, hook.Address.Segments[^1], LiveWorld.Body(), hook.Secret)).Status.ShouldBe(404);
        (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);

        await SwitchAsync(world, on: true);
        Vendor(world).Registered.ShouldHaveSingleItem().Value.Address.ShouldNotBe(hook.Address);
    }

    [Fact]
    public async Task Flow_Disconnected_TakesBackWhatTheVendorWasTold()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        var request = world.Request("POST", null);

        await HttpWorld.ExecuteAsync(request, world.Function<DisconnectFlow>().Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, null!, Cancel));

        Vendor(world).Registered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connection_Disconnected_TakesBackWhatTheVendorWasToldUntilSomebodySignsInAgain()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        var (tenant, connection) = (HttpWorld.Tenant.Value, LiveWorld.ConnectionOf(Side.Left).Value);

        var request = world.Request("POST", null);
        (await HttpWorld.ExecuteAsync(request, world.Function<DisconnectConnection>().Run(request, tenant, connection, Cancel))).Status.ShouldBe(200);

        Vendor(world).Registered.ShouldBeEmpty();
        var calls = Vendor(world).Calls;
        await TickAsync(world);
        Vendor(world).Calls.ShouldBe(calls, "It cannot be told anything.");
        (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);

        request = world.Request("PUT", new { token = world.Token(Side.Left) });
        (await HttpWorld.ExecuteAsync(request, world.Function<PutConnectionToken>().Run(request, tenant, connection, Cancel))).Status.ShouldBe(200);
        Vendor(world).Registered.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Vendor_ThatCannotBeReached_IsToldLaterAndSaysWhyUntilThen()
    {
        using var world = await WorldAsync();
        Vendor(world).IsDown = true;

        await SwitchAsync(world, on: true);

        var webhook = (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook");
        webhook.GetProperty("registered").GetBoolean().ShouldBeFalse();
        webhook.GetProperty("problem").GetString().ShouldBe($"No way to https://sync.example/api/webhooks/{LiveWorld.SystemOf(Side.Left)}/… today.");
        await TickAsync(world);
        (await world.LogAsync()).Count(line => line.StartsWith(HookCare.MissingCode, StringComparison.Ordinal)).ShouldBe(1, "Once, however often it is tried.");

        Vendor(world).IsDown = false;
        await TickAsync(world);
        webhook = (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook");
        (webhook.GetProperty("registered").GetBoolean(), webhook.GetProperty("problem").GetString()).ShouldBe((true, null));
        Vendor(world).Registered.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Vendor_ThatLostWhatItWasTold_IsToldAgainAndTheLogSaysSoOnce()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        var (address, old) = Vendor(world).Registered.Single().Value;
        Vendor(world).Registered.Clear();

        for (var i = 0; i < 3; i++) await TickAsync(world);

        var (again, secret) = Vendor(world).Registered.ShouldHaveSingleItem().Value;
        again.ShouldBe(address);
        (await world.LogAsync()).Where(line => line.StartsWith(HookCare.MendedCode, StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("It was gone.");
        foreach (var one in new[] { secret, old }) (await world.SendAsync(Side.Left, address.Segments[^1], LiveWorld.Body(), one)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Vendor_WhoseAnswerWasLost_HasNothingLeftOnceTheFlowIsOff()
    {
        using var world = await WorldAsync();
        Vendor(world).LosesAnswers = true;
        await SwitchAsync(world, on: true);
        Vendor(world).Registered.ShouldHaveSingleItem();
        Vendor(world).LosesAnswers = false;

        await SwitchAsync(world, on: false);

        Vendor(world).Registered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Vendor_ThatCouldNotBeReachedWhenTheFlowWasSwitchedOff_IsToldByTheTimer()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        Vendor(world).IsDown = true;
        await SwitchAsync(world, on: false);
        (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook").GetProperty("problem").GetString().ShouldNotBeNull();
        Vendor(world).IsDown = false;

        await TickAsync(world);

        Vendor(world).Registered.ShouldBeEmpty();
        var calls = Vendor(world).Calls;
        await TickAsync(world);
        Vendor(world).Calls.ShouldBe(calls, "There is nothing more to do.");
    }

    [Fact]
    public async Task Address_Renewed_IsToldInPlaceOfTheOldOne()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        var old = Vendor(world).Registered.Single().Value.Address;

        var answer = await world.RotateAsync(Side.Left);

        answer.Status.ShouldBe(201);
        answer.Body.ShouldNotContain("/webhooks/");
        Vendor(world).Registered.ShouldHaveSingleItem().Value.Address.ShouldNotBe(old);
        await SwitchAsync(world, on: false);
        (await world.RotateAsync(Side.Left)).Status.ShouldBe(409);
    }

    [Fact]
    public async Task App_ThatMoved_TellsTheVendorAndTakesBackTheOldAddress()
    {
        using var world = await WorldAsync();
        await SwitchAsync(world, on: true);
        var moved = new PublicAddress(AppSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("PublicBaseUrl", (string?)"https://moved.example")]).Build()));

        await new HookTimer(ActivatorUtilities.CreateInstance<HookCare>(world.Services, moved)).RunAsync(null!, Cancel);

        Vendor(world).Registered.ShouldHaveSingleItem().Value.Address.Host.ShouldBe("moved.example");
    }

    [Fact]
    public async Task App_ThatDoesNotKnowItsAddress_SaysSo()
    {
        using var world = await WorldAsync();
        await world.ChangeFlowAsync(flow => flow with { MadeAt = null });

        await SwitchAsync(world, on: true);

        Vendor(world).Registered.ShouldBeEmpty();
        (await world.ShowAsync(Side.Left)).Json.GetProperty("webhook").GetProperty("problem").GetString().ShouldNotBeNull().ShouldContain("PublicBaseUrl");
    }

    [Fact]
    public async Task Tending_ByManyAtOnce_TellsTheVendorOnce()
    {
        using var world = await WorldAsync();
        await world.ChangeFlowAsync(flow => flow with { Enabled = true });

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TickAsync(world)));

        Vendor(world).Registered.ShouldHaveSingleItem();
        (await world.LogAsync()).ShouldBeEmpty();
    }

    /// <summary>A flow that was live and is off, between systems that are told where their webhooks go.</summary>
    private static async Task<LiveWorld> WorldAsync()
    {
        var world = await LiveWorld.LiveAsync(system: inner => new ToldSystem(inner));
        await world.ChangeFlowAsync(flow => flow with { Enabled = false, MadeAt = Here });
        return world;
    }

    private static ToldSystem Vendor(LiveWorld world) => (ToldSystem)world.System(Side.Left);

    private static Task TickAsync(LiveWorld world) => world.Function<HookTimer>().RunAsync(null!, Cancel);

    private static async Task SwitchAsync(LiveWorld world, bool on, FlowKey? flow = null)
    {
        var request = world.Request("POST", null);
        var (tenant, id) = (HttpWorld.Tenant.Value, (flow ?? LiveWorld.Key).Flow.Value);
        var switched = on ? world.Function<EnableFlow>().Run(request, tenant, id, null!, Cancel) : world.Function<DisableFlow>().Run(request, tenant, id, null!, Cancel);
        (await HttpWorld.ExecuteAsync(request, switched)).Status.ShouldBe(200);
    }
}
