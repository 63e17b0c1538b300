using System.Text;
using System.Text.Json;
using SyncFunctions.App.SignIn;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using Record = SyncFunctions.Engine.Record;

namespace SyncFunctions.App.Tests.Telemetry;

public sealed class LeakTests
{
    private const string Name = "Planted Name of a Person";
    private const string Mail = "planted.person@people.example";
    private const string Phone = "0299996677";
    private const string Address = "12 Planted Lane";
    private const string Notes = "planted-notes-of-a-record";
    private const string VendorsText = "planted-text-of-a-vendor: planted.other@people.example exists already";
    private const string Filter = "planted-filter-value";
    private const string Password = "planted-password-of-a-person";
    private const string Token = "planted-token-in-an-address";
    private const string Inner = "planted-inner-secret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Telemetry_OfChangesThatGoWellAndBadly_CountsThem_AndHoldsNothingOfRecordsPeopleAndSecrets()
    {
        Refusing? right = null;
        var companies = FakePair.Defaults.Kind("company") with { Filters = [new RecordFilter(Side.Left, "notes", [Filter], Except: true)] };
        var settings = FakePair.Defaults with { LockWindow = TimeSpan.FromHours(1), Kinds = FakePair.Defaults.Kinds.SetItem("company", companies) };
        using var world = await LiveWorld.LiveAsync(settings, system: inner => inner.Catalog.System == FakePair.Right ? right = new Refusing(inner) : new HookedSystem(inner));
        using var metrics = new MetricSink(world.Get<SyncMetrics>());
        using var spans = new SpanSink();
        using var host = spans.Begin();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of(Name)), ("code", FieldValue.Of("planted-code")), ("email", FieldValue.Of(Mail)), ("phone", FieldValue.Of(Phone)), ("address", FieldValue.Of(Address)), ("notes", FieldValue.Of(Notes))), Actor.User);
        await SendAsync(Side.Left, company);
        var counterpart = await world.CounterpartAsync(company);
        var other = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of(Name + " III")), ("code", FieldValue.Of("planted-code-3"))), Actor.User);
        await SendAsync(Side.Left, other);

        // Both sides change a field; then the loser has to wait; then the other system refuses, the second time for good.
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1" + Phone))), Actor.User);
        world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("2" + Phone))), Actor.User);
        await SendAsync(Side.Left, company);
        world.Right.Edit(counterpart, FieldSet.Of(("title", FieldValue.Of(Name + " II"))), Actor.User);
        await SendAsync(Side.Right, counterpart);
        metrics.Sum("sync.held", "flow=flow kind=company").ShouldBe(1);
        world.Left.Edit(other, FieldSet.Of(("address", FieldValue.Of("2 " + Address))), Actor.User);
        right.ShouldNotBeNull().Failure = new VendorFailure(FailureKind.Transient, VendorsText);
        await SendAsync(Side.Left, other);
        right.Failure = new VendorFailure(FailureKind.Permanent, VendorsText);
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await world.DeliverAsync();
        (await world.WorkAsync()).ShouldContain(item => item.Reason == WorkReason.Dead);
        right.Bug = new InvalidOperationException($"{Name} <{Mail}> {VendorsText}", new FormatException(Inner));
        world.Left.Edit(other, FieldSet.Of(("address", FieldValue.Of("3 " + Address))), Actor.User);
        (await Should.ThrowAsync<InvalidOperationException>(() => SendAsync(Side.Left, other))).InnerException.ShouldNotBeNull();

        // Doors: a hook that nobody has, one that is not signed, sign-in and a lost password.
        await world.SendAsync(Side.Left, Token, LiveWorld.Body(company), Password);
        await world.SendAsync(Side.Left, world.HookOf(Side.Left), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { Name, Mail })), world.SecretOf(Side.Left));
        await world.SendAsync(Side.Left, world.HookOf(Side.Left), LiveWorld.Body(company), Password);
        var signIn = world.Request("POST", new { email = Mail, password = Password, code = Token });
        await HttpWorld.ExecuteAsync(signIn, world.Function<BeginSession>().Run(signIn, Cancel));
        var lost = world.Request("POST", new { email = Mail });
        await HttpWorld.ExecuteAsync(lost, world.Function<AskLostPassword>().Run(lost, Cancel));
        var back = world.Request("GET", null);
        back.QueryString = new($"?state={Token}&code={Token}&error_description={Uri.EscapeDataString(Name)}");
        await HttpWorld.ExecuteAsync(back, world.Function<FinishIssuerSignIn>().Run(back, Cancel));

        metrics.Sum("sync.conflicts", "flow=flow kind=company").ShouldBe(1);
        metrics.Sum("sync.failures", "flow=flow kind=company failure=Transient").ShouldBe(1);
        metrics.Sum("sync.failures", "flow=flow kind=company failure=Permanent").ShouldBe(1);
        spans.Of(host).ShouldContain(span => (string?)span.GetTagItem("error.type") == "Permanent");
        var told = $"{world.Log.Text}\n{spans.Text(host)}\n{metrics.Text}";
        told.ShouldContain("change");
        foreach (var planted in new[] { Name, Mail, Phone, Address, Notes, VendorsText, "people.example", Filter, Password, Token, Inner, "planted", world.HookOf(Side.Left), world.SecretOf(Side.Left), world.HookOf(Side.Right) })
            told.Contains(planted, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"Telemetry holds {planted}: {told.Split('\n').FirstOrDefault(line => line.Contains(planted, StringComparison.OrdinalIgnoreCase))}");

        async Task SendAsync(Side side, FakeRecord record)
        {
            (await world.SendAsync(side, record)).Status.ShouldBeLessThan(300);
            await world.DeliverAsync();
        }
    }

    /// <summary>Writes fail as a test says.</summary>
    private sealed class Refusing(IConnector inner) : HookedSystem(inner), IConnector
    {
        private readonly IConnector _inner = inner;

        public VendorFailure? Failure { get; set; }

        public Exception? Bug { get; set; }

        Task<VendorResult<Record>> IConnector.UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch) =>
            Bug is { } bug ? Task.FromException<VendorResult<Record>>(bug)
            : Failure is { } failure ? Task.FromResult<VendorResult<Record>>(failure)
            : _inner.UpdateAsync(connection, kind, id, fields, cancellation, ifMatch);
    }
}
