using System.Diagnostics;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Triggers;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Telemetry;

public sealed class TraceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Webhook_ToTheWriteInTheOtherSystem_IsOneTrace()
    {
        using var world = await LiveWorld.LiveAsync();
        using var spans = new SpanSink();
        var host = spans.Begin();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("a"))), Actor.User);
        (await world.SendAsync(Side.Left, company)).Status.ShouldBeLessThan(300);
        host.Dispose();

        await world.DeliverAsync();

        (await world.CounterpartAsync(company)).ShouldNotBeNull();
        var write = spans.Of(host).Where(IsWrite).ShouldHaveSingleItem();
        spans.Way(host, write).ShouldBe(["vendor call", "record", "change", "webhook"]);
        write.GetTagItem("sync.system").ShouldBe(FakePair.Right);
        write.GetTagItem("http.request.method").ShouldBe("POST");
        var record = spans.Of(host).Single(span => span.OperationName == "record");
        record.GetTagItem("sync.kind").ShouldBe("company");
        record.GetTagItem("sync.link").ShouldBe((await world.LinkAsync(Side.Left, company.Id))!.Id.Value);
        foreach (var span in spans.Of(host)) spans.Way(host, span)[^1].ShouldBe("webhook");
    }

    [Fact]
    public async Task HeldChange_WrittenLater_IsInTheTraceOfItsWebhook()
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Defaults with { LockWindow = TimeSpan.FromHours(1) });
        using var spans = new SpanSink();
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("2"))), Actor.User);
        var noticed = spans.Begin();
        await world.SendAsync(Side.Right, counterpart);
        noticed.Dispose();
        await world.DeliverAsync();
        (await world.WorkAsync()).ShouldHaveSingleItem().Trace!.ShouldContain(noticed.TraceId.ToHexString());
        spans.Of(noticed).ShouldNotContain(span => IsWrite(span));

        world.Time.Advance(TimeSpan.FromMinutes(61));
        var later = spans.Begin();
        await world.DeliverAsync();
        later.Dispose();

        company.Get("phone").ToString().ShouldBe("2");
        var write = spans.Of(noticed).Where(IsWrite).ShouldHaveSingleItem();
        spans.Of(later).ShouldNotContain(span => IsWrite(span));
        var record = spans.Of(noticed).Single(span => span.SpanId == write.ParentSpanId);
        record.Links.ShouldContain(link => link.Context.TraceId == later.TraceId);
    }

    [Fact]
    public async Task Poll_ThatBeginsAnImport_IsOneTraceToTheWrites()
    {
        await using var world = await FlowWorld.LiveAsync();
        await world.ChangeAsync(flow => flow with { Mode = FlowMode.OneOff, WentLiveAt = null });
        await world.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await using var hub = await FlowHub.StartAsync(world);
        using var spans = new SpanSink();
        var host = spans.Begin();
        var message = new PollMessage(FlowWorld.Key.Tenant.Value, FlowWorld.Key.Flow.Value, null) { Trace = host.Id };
        await world.Http.Function<PollQueue>().RunAsync(message, hub.Client, Cancel);
        host.Dispose();
        var begun = spans.Of(host).Single(span => span.OperationName == "run");

        (await hub.EndOfAsync(new RunId((string)begun.GetTagItem("sync.run")!))).Outcome.ShouldBe(RunOutcome.Succeeded);

        var writes = spans.Of(host).Where(IsWrite).ToList();
        writes.ShouldNotBeEmpty();
        foreach (var write in writes) spans.Way(host, write).ShouldBe(["vendor call", "record", "SyncPage", "run", "poll"]);
        foreach (var span in spans.Of(host)) spans.Way(host, span)[^1].ShouldBe("poll");
    }

    [Fact]
    public async Task Poll_IsToldWhereItFindsSomethingOrFails_AndOtherwiseNot()
    {
        using var world = await LiveWorld.LiveAsync();
        using var spans = new SpanSink();
        var company = await world.CompanyAsync("Acme");
        await world.PollAsync();
        await world.PollAsync();

        var idle = await PolledAsync(world, spans);
        spans.Of(idle).ShouldBeEmpty();

        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        var busy = await PolledAsync(world, spans);
        var write = spans.Of(busy).Where(IsWrite).ShouldHaveSingleItem();
        spans.Way(busy, write).ShouldBe(["vendor call", "record", "poll"]);

        var connections = world.Get<ConnectionStore>();
        var left = (await connections.GetAsync(HttpWorld.Tenant, LiveWorld.ConnectionOf(Side.Left), Cancel)).ShouldNotBeNull();
        await connections.ReplaceAsync(left with { Value = left.Value with { Health = ConnectionHealth.Expired, Secret = null } }, Cancel);
        var failed = await PolledAsync(world, spans);
        spans.Of(failed).Single(span => span.OperationName == "poll").GetTagItem("error.type").ShouldBe("AuthExpired");
    }

    [Fact]
    public async Task Trace_WithoutAnybodyWhoListens_IsNotMadeNorStored()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme"))), Actor.User);
        await world.SendAsync(Side.Left, company);

        (await world.WorkAsync()).ShouldHaveSingleItem().Trace.ShouldBeNull();
        (await world.Changes.PeekMessageAsync(Cancel)).Value.Body.ToString().ShouldNotContain("trace");
        await world.DeliverAsync();
        (await world.CounterpartAsync(company)).ShouldNotBeNull();
    }

    private static async Task<Activity> PolledAsync(LiveWorld world, SpanSink spans)
    {
        var host = spans.Begin();
        await world.Function<PollQueue>().RunAsync(new PollMessage(LiveWorld.Key.Tenant.Value, LiveWorld.Key.Flow.Value, null) { Trace = host.Id }, null!, Cancel);
        host.Dispose();
        return host;
    }

    private static bool IsWrite(Activity span) => span.GetTagItem("sync.write") is true;
}
