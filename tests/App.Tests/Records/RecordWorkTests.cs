using System.Security.Cryptography;
using System.Text.Json;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Records;

public sealed class RecordWorkTests
{
    [Fact]
    public async Task Record_Posted_IsMadeOrFoundOnItsSideAndGoesThroughTheFlow()
    {
        await using var world = await RecordsWorld.OpenAsync();
        object Acme(string phone) => new { kind = "company", side = "right", fields = new { name = "Acme", phone } };

        var created = await world.PostAsync(Acme("1"));
        created.Json.GetProperty("result").GetString().ShouldBe("created");
        var right = await world.Flow.TinyPlus.OneAsync("companies", new { name = "Acme", phone = "1" });
        var left = await world.Flow.Synergy.OneAsync("contacts", new { name = "Acme", phones = new { phone = "1" } });
        (created.Json.GetProperty("left").GetProperty("id").GetString(), created.Json.GetProperty("right").GetProperty("id").GetString()).ShouldBe((left.Id, right.Id));
        created.Json.GetProperty("link").GetString().ShouldBe((await world.Flow.LinkAsync("company")).Id.Value);

        (await world.ResultAsync(Acme("1"))).ShouldBe("unchanged");
        (await world.ResultAsync(Acme("2"))).ShouldBe("updated");
        await world.Flow.Synergy.BecomesAsync(left, new { phones = new { phone = "2" } });
        (await world.ResultAsync(new { kind = "company", side = "left", id = left.Id, fields = new { website = "https://acme.example/" } })).ShouldBe("updated");
        await world.Flow.TinyPlus.BecomesAsync(right, new { phone = "2", website = "https://acme.example/" });

        // Only an id: it is looked at.
        await world.Flow.Synergy.EditAsync(left, new { phones = new { phone = "3" } });
        (await world.ResultAsync(new { kind = "company", id = left.Id })).ShouldBe("updated");
        await world.Flow.TinyPlus.BecomesAsync(right, new { phone = "3" });
        (await world.ResultAsync(new { kind = "company", id = "999999" })).ShouldBe("rejected not-found");
        (await world.Flow.LogAsync("posted")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Record_ThatCannotGoOver_SaysWhy()
    {
        await using var world = await RecordsWorld.OpenAsync();
        (await world.ResultAsync(new { kind = "company", fields = new { name = "Acme" } })).ShouldBe("rejected not-searchable", "Nobody knows whether Synergy has it.");
        for (var i = 0; i < 2; i++) await world.Flow.TinyPlus.CreateAsync("companies", new { name = "Twice" });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "twice" } })).ShouldBe("rejected ambiguous");
        (await world.ResultAsync(new { kind = "contact", side = "right", fields = new { email = "a@b.test", firstName = "Anna", lastName = "Berg" } })).ShouldBe("rejected skipped-reference-missing");

        await world.Flow.Http.ControlAsync("tinyplus", HttpMethod.Put, "faults", new object[] { new { match = "POST /v2/", kind = "400", count = 1 } });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "Refused" } })).ShouldBe("rejected refused");
        await world.Flow.ChangeAsync(flow => flow with { Settings = flow.Settings.With("company", kind => kind with { NewRightToLeft = false }) });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "New" } })).ShouldBe("rejected skipped-new-records-off");
        await world.Flow.ChangeAsync(flow => flow with { Settings = flow.Settings.With("company", kind => kind with { Enabled = false }) });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "New" } })).ShouldBe("rejected kind-off");
        await world.Flow.ChangeAsync(flow => flow with { Enabled = false });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "New" } })).ShouldBe("rejected flow-off");
        (await world.Flow.TinyPlus.AllAsync("companies")).Count.ShouldBe(2);
        (await world.Flow.Synergy.AllAsync("contacts")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Record_OfTheSideThatTheLockHolds_IsHeldAndGoesOverWhenItEnds()
    {
        await using var world = await RecordsWorld.OpenAsync(FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "Acme", phone = "1" } })).ShouldBe("created");
        var left = await world.Flow.Synergy.OneAsync("contacts", new { name = "Acme" });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "Acme", phone = "2" } })).ShouldBe("updated");

        var held = await world.PostAsync(new { kind = "company", side = "left", id = left.Id, fields = new { phone = "3" } });

        held.Json.GetProperty("result").GetString().ShouldBe("held", held.Body);
        (held.Json.GetProperty("heldUntil").GetDateTimeOffset() - world.Flow.Http.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(61));
        await world.Flow.TinyPlus.OneAsync("companies", new { phone = "2" });
        world.Flow.Http.Time.Advance(TimeSpan.FromMinutes(62));
        await world.Flow.SyncAsync("company");
        await world.Flow.TinyPlus.OneAsync("companies", new { phone = "3" });

        // Changed on both sides before either was looked at.
        await world.Flow.Synergy.EditAsync(left, new { phones = new { phone = "4" } });
        (await world.ResultAsync(new { kind = "company", side = "right", fields = new { name = "Acme", phone = "5" } })).ShouldBe("conflict conflict");
    }

    [Fact]
    public async Task Request_WithAKeyOfItsOwn_IsDoneOnce()
    {
        await using var world = await RecordsWorld.OpenAsync(app: ("RecordsApi:TimeLimit", "0.2"));
        var acme = new { kind = "company", side = "right", fields = new { name = "Acme" } };
        var release = world.Flow.Storage.Hold(call => call.Operation is "table transaction");

        var pending = await world.PostAsync(acme, "one");
        (pending.Status, pending.Json.GetProperty("result").GetString()).ShouldBe((202, "pending"));
        (await world.PostAsync(acme, "one")).Status.ShouldBe(409);
        (await world.PostAsync(new { kind = "company", id = "1" }, "one")).Status.ShouldBe(422);
        release.SetResult();

        Answer? done = null;
        await Eventually.HoldsAsync(async () => (done = await world.PostAsync(acme, "\"one\"")).Status == 200 ? null : done.Body);
        done!.Json.GetProperty("result").GetString().ShouldBe("created");
        (await world.PostAsync(acme, "one")).Body.ShouldBe(done.Body);
        (await world.Flow.TinyPlus.AllAsync("companies")).Count.ShouldBe(1);
        (await world.Flow.Synergy.AllAsync("contacts")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Request_CutOffAfterTheRecordWasMade_DoublesNothingWhenItIsSentAgain()
    {
        await using var world = await RecordsWorld.OpenAsync();
        var acme = new { kind = "company", side = "right", fields = new { name = "Acme", phone = "1" } };
        await world.Flow.TinyPlus.CreateAsync("companies", new { name = "Acme" });
        var now = world.Flow.Http.Time.GetUtcNow();
        var body = JsonSerializer.SerializeToUtf8Bytes(acme, Json.Options);
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        foreach (var name in new[] { Claim.RecordCall("one"), Claim.NewRecord("company", Side.Right, "name=acme") })
            (await world.Flow.Get<ClaimStore>().TakeAsync(new Claim(FlowWorld.Key, name, hash, now.AddMinutes(5), now.AddDays(1)), default)).IsMine.ShouldBeTrue();
        (await world.PostAsync(acme, "one")).Status.ShouldBe(409, "It may still be under way.");

        world.Flow.Http.Time.Advance(TimeSpan.FromMinutes(6));

        (await world.ResultAsync(acme, "one")).ShouldBe("created");
        (await world.Flow.TinyPlus.AllAsync("companies")).ShouldHaveSingleItem()["phone"].ShouldBe("1");
        (await world.Flow.Synergy.AllAsync("contacts")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Records_PostedAtOnce_AreMadeOnce()
    {
        await using var world = await RecordsWorld.OpenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => world.PostAsync(new { kind = "company", side = "right", fields = new { name = "Acme", phone = $"{number}" } })));

        answers.ShouldAllBe(answer => answer.Status == 200);
        (await world.Flow.TinyPlus.AllAsync("companies")).ShouldHaveSingleItem();
        (await world.Flow.Synergy.AllAsync("contacts")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Consent_ThatWasRefused_IsGivenByNoPost()
    {
        var consent = new FieldMap("consent", new("origin"), new("source")) { IsConsent = true };
        using var world = await LiveWorld.LiveAsync(pair: FakePair.Pair with { Kinds = [FakePair.Company with { Fields = [.. FakePair.Company.Fields.Where(field => field.Name != "origin"), consent] }] });
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("origin", Consent.Refused)), Actor.User);
        var context = (await world.Get<FlowContexts>().LoadAsync(LiveWorld.Key, default)).ShouldNotBeNull();
        var scope = new WorkScope(context, context.Pair.Kind("company"), RunMode.Manual, null, 0);

        Task<Intake> BringAsync(FieldValue value) => world.Get<RecordIntake>().BringAsync(scope, new RecordPost(scope.Kind, Side.Left, company.Id, FieldSet.Of(("consent", value), ("phone", FieldValue.Of("1")))), default);

        (await BringAsync(Consent.Given)).Refusal.ShouldNotBeNull().Reasons.Single().ShouldSatisfyAllConditions(reason => reason.Code.ShouldBe("skipped-consent-kept"), reason => reason.Field.ShouldBe("consent"));
        (company.Get("origin"), company.Get("phone").IsBlank).ShouldBe((Consent.Refused, true));
        world.Left.Edit(company, FieldSet.Of(("origin", Consent.Given)), Actor.User);
        (await BringAsync(Consent.Refused)).Brought.ShouldBe(Brought.Edited);
        company.Get("origin").ShouldBe(Consent.Refused);
    }

    [Fact]
    public async Task Body_ThatDoesNotFit_IsRefusedWithEachPlace()
    {
        await using var world = await RecordsWorld.OpenAsync();
        (object Body, string Pointers)[] bad =
        [
            (new { kind = "nonsense", id = "1" }, "#/kind"),
            (new { kind = "progress", id = "1" }, "#/kind"),
            (new { kind = "company" }, "#"),
            (new { kind = "company", side = "middle", id = "1" }, "#/side"),
            (new { kind = "company", id = "" }, "#/id"),
            (new { kind = "company", id = "1", fields = new { name = 7, colour = "blue", address = "Not to be written", email = new[] { "a" } } }, "#/fields/name #/fields/colour #/fields/address #/fields/email"),
            (new { kind = "company", side = "left", id = "1", fields = new { address = "Made of parts", name = new string('x', 300) } }, "#/fields/address #/fields/name"),
            (new { kind = "company", id = "1", fields = new { lifecycle = "asleep" } }, "#/fields/lifecycle"),
            (new { kind = "project", side = "right", id = "1", fields = new { startDate = "1.2.2026", company = 7 } }, "#/fields/startDate #/fields/company"),
            (new { kind = "company", side = "right", fields = new { phone = "1" } }, "#/fields"),
            (new { kind = "company", id = "1", more = 1 }, "#/more"),
        ];

        foreach (var (body, pointers) in bad)
        {
            var answer = await world.PostAsync(body);
            answer.Status.ShouldBe(400, answer.Body);
            string.Join(' ', answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString())).ShouldBe(pointers, answer.Body);
        }

        (await world.PostAsync(new { kind = "company", id = new string('x', 300_000) })).Status.ShouldBe(413);
        (await world.PostAsync(new { kind = "company", id = "1" }, new string('k', 256))).Status.ShouldBe(400);
    }
}
