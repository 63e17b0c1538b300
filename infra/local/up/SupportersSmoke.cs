using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>
/// Constituents of Raiser's Edge NXT and members of Mailchimp: who was imported is there, a change arrives by webhook, a change back within the
/// window is held, and a refusal goes over all the same and is taken back by nothing. A donation of iRaiser becomes a constituent with a gift.
/// </summary>
public sealed class SupportersSmoke(Launcher stack, ManagementApi api, Terminal terminal) : IDisposable
{
    private const string First = "ada.byron@example.org";
    private const string New = "new.supporter@example.org";
    private const string Donor = "generous.donor@example.org";

    private readonly SmokeSteps _steps = new(stack, api, terminal, Launcher.RaisersEdge, Launcher.Mailchimp);

    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var (left, right) = (_steps.Left, _steps.Right);
        var person = await SmokeSteps.OneAsync(left, "constituents", "Byron", cancellation);
        var member = await SmokeSteps.OneAsync(right, "members", First, cancellation);
        _steps.Expect("imported member", member, [new("FNAME", "Ada"), new("CONSID", SmokeSteps.Id(person))]);
        await _steps.UntilHooksAsync(cancellation);
        if (_steps.IsWrong) return _steps.Tell("Supporters");

        // iRaiser is polled twice a minute only, as it allows few calls an hour: a person who does not want to wait asks for a run.
        using (var iraiser = new SimClient(stack.State.Vendors[Launcher.IRaiser]))
            await iraiser.CreateAsync("donations", new JsonObject { ["first_name"] = "Generous", ["last_name"] = "Donor", ["email"] = Donor, ["donation_amount"] = "42.50", ["payment_status"] = "paid" }, cancellation);
        await api.PostAsync($"{DemoTenant.DonationsFlowPath}/sync", new JsonObject { ["mode"] = "delta" }, cancellation);

        await _steps.EditAsync("constituent", (left, "constituents", SmokeSteps.Id(person), "first"), (right, "members", SmokeSteps.Id(member), "FNAME"), "Augusta", cancellation);

        // Changed there last: what is changed here within the hour waits.
        await right.UpdateAsync("members", SmokeSteps.Id(member), new JsonObject { ["LNAME"] = "Lovelace" }, cancellation);
        await _steps.WaitAsync(
            "change back held",
            async () => (await api.GetAsync($"{DemoTenant.SupportersFlowPath}/work?reason=held", cancellation)).GetProperty("items").GetArrayLength() == 1 ? null : "no change is held",
            cancellation,
            counts: false);
        _steps.Expect("constituent whose change back is held", await left.GetAsync("constituents", SmokeSteps.Id(person), cancellation), [new("last", "Byron")]);

        await _steps.EditAsync("refusal", (right, "members", SmokeSteps.Id(member), "status"), (left, "emailaddresses", await AddressAsync(person, cancellation), "do_not_email"), "unsubscribed", cancellation, "True");
        await left.UpdateAsync("emailaddresses", await AddressAsync(person, cancellation), new JsonObject { ["do_not_email"] = false }, cancellation);
        await _steps.CreateAsync("member", (right, "members"), new JsonObject { ["email_address"] = New, ["FNAME"] = "New", ["LNAME"] = "Supporter" }, (left, "emailaddresses"), New, cancellation);
        await _steps.WaitAsync(
            "refusal kept",
            async () => (await api.GetAsync($"{DemoTenant.SupportersFlowPath}/log?code=skipped-consent-kept", cancellation)).GetProperty("items").GetArrayLength() > 0 ? null : "nothing is said of it",
            cancellation,
            counts: false);
        await _steps.WaitAsync("donor", async () => (await left.FindAsync("emailaddresses", Donor, cancellation)).Count == 1 ? null : "the donor is not there once", cancellation, counts: false);
        await _steps.WaitAsync("gift", async () => (await left.ListAsync("gifts", cancellation)).Count(gift => gift.GetProperty("amount").GetDecimal() == 42.5m) == 1 ? null : "the gift is not there once", cancellation, counts: false);

        _steps.Expect("member who has unsubscribed", await right.GetAsync("members", SmokeSteps.Id(member), cancellation), [new("status", "unsubscribed")]);
        return _steps.Tell("Supporters");
    }

    public void Dispose() => _steps.Dispose();

    private async Task<string> AddressAsync(JsonElement person, CancellationToken cancellation) =>
        SmokeSteps.Id((await _steps.Left.ListAsync("emailaddresses", cancellation)).Single(address => address.GetProperty("constituent_id").ToString() == SmokeSteps.Id(person) && address.GetProperty("primary").GetBoolean()));
}
