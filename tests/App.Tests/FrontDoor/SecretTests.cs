using System.Text;
using Azure.Data.Tables;
using SyncFunctions.Tests.Support;
using SyncFunctions.Up;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class SecretTests(FrontDoorStack door)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_AreNeitherPrintedNorExportedNorStoredInPlainText()
    {
        var stack = await door.StackAsync();
        await using var practice = await door.LiveAsync();
        var tenant = await ConsentAsync(stack);
        await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk" });
        await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk" });
        var flowKey = await PostRecordAsync(stack, practice);

        // Failures are where secrets slip out: a token that is refused, and one that is not a token.
        await RevokeAsync(stack);
        await stack.ManageAsync(HttpMethod.Post, $"tenants/{tenant}/flows", new { id = "flow", pair = "synergy-tinyplus", left = "left", right = "right", enabled = true }, Cancellation);
        var refused = await stack.ManageAsync(
            HttpMethod.Post, $"tenants/{tenant}/connections", new { id = "other", system = "synergy", token = "refused-token-of-a-person" }, Cancellation);
        refused.Status.ShouldBe(422);
        await Eventually.HoldsAsync(async () =>
        {
            var connection = (await stack.ManageAsync(HttpMethod.Get, $"tenants/{tenant}/connections/right", null, Cancellation)).Require();
            return connection.GetProperty("health").GetString() == "expired" ? null : $"Nobody noticed that the token was revoked: {connection}";
        });

        string[] secrets =
        [
            "synergy-static-key", "tinyplus-long-life-token", "synergy-access-", "synergy-refresh-", "synergy-code-", "tinyplus-access-", "refused-token-of-a-person",
            AppStack.ApplicationSecret, flowKey, "a-secret-in-a-query", .. stack.Keys,
        ];
        await HookAsync(stack);
        await Eventually.HoldsAsync(() => Task.FromResult(
            door.Telemetry.Text("traces") is var spans && spans.Contains("vendor call") && spans.Contains("webhook") && spans.Contains("NotProved") && spans.Contains("record")
            && door.Telemetry.Text("metrics").Contains("sync.storage.operations") && door.Telemetry.Text("logs").Contains("Functions.VendorWebhook") ? null : "Not everything was exported yet."));
        var exported = door.Telemetry.Text("traces") + door.Telemetry.Text("metrics") + door.Telemetry.Text("logs");
        foreach (var personal in new[] { "Ziegelwerk", "Posted", "ada@people.example", "a-hook-id-of-a-vendor", practice.Tenant })
            (door.Telemetry.Text("traces") + door.Telemetry.Text("metrics")).Contains(personal).ShouldBeFalse($"The app exported {personal}.");
        foreach (var personal in new[] { "Ziegelwerk", "ada@people.example", "a-hook-id-of-a-vendor" }) exported.Contains(personal).ShouldBeFalse($"The app exported {personal}.");
        var stored = await RowsAsync(stack);
        stored.ShouldContain(practice.Tenant);
        stack.Output.ShouldContain("CreateConnection");
        foreach (var secret in secrets)
        {
            stack.Output.Contains(secret).ShouldBeFalse($"The app printed {secret}.");
            exported.Contains(secret).ShouldBeFalse($"The app exported {secret}.");
            refused.Text.Contains(secret).ShouldBeFalse($"The app answered with {secret}.");
            stored.Contains(secret).ShouldBeFalse($"The app stored {secret}.");
        }
    }

    /// <summary>Another system posts a record by the flow's own key, which is returned; and a vendor checks an address.</summary>
    private static async Task<string> PostRecordAsync(AppStack stack, SyncedPractice practice)
    {
        (await stack.ManageAsync(HttpMethod.Patch, $"tenants/{practice.Tenant}", new { recordsApi = true }, Cancellation)).Require();
        var made = (await practice.PostAsync("/records-api", new { })).GetProperty("key").GetString()!;
        using var http = new HttpClient { BaseAddress = stack.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/flows/flow/records") { Headers = { { "x-flow-key", made }, { "Idempotency-Key", "1" } }, Content = JsonText.Content(new { kind = "company", side = "right", fields = new { name = "Posted" } }) };
        using var answer = await http.SendAsync(request, Cancellation);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("\"result\":\"created\"");
        await practice.Synergy.OneAsync("contacts", new { name = "Posted" });

        using var check = new HttpRequestMessage(HttpMethod.Options, "api/webhooks/synergy/some-hook?key=a-secret-in-a-query");
        using var checkedAnswer = await http.SendAsync(check, Cancellation);
        (await checkedAnswer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("/api/problems/not-found");
        return made;
    }

    /// <summary>Connects both systems as a person with a browser does.</summary>
    private static async Task<string> ConsentAsync(AppStack stack)
    {
        var tenant = $"t{Guid.NewGuid():N}"[..12];
        await stack.ManageAsync(HttpMethod.Post, "tenants", new { id = tenant, name = "Practice" }, Cancellation);
        foreach (var (id, system) in new[] { ("left", "synergy"), ("right", "tinyplus") })
        {
            var connection = (await stack.ManageAsync(HttpMethod.Post, $"tenants/{tenant}/connections", new { id, system }, Cancellation)).Require();
            await DemoTenant.ConsentAsync(new Uri(connection.GetProperty("connectUrl").GetString()!), Cancellation);
            connection = (await stack.ManageAsync(HttpMethod.Get, $"tenants/{tenant}/connections/{id}", null, Cancellation)).Require();
            connection.GetProperty("health").GetString().ShouldBe("connected");
        }

        return tenant;
    }

    /// <summary>A webhook of nobody we know.</summary>
    private static async Task HookAsync(AppStack stack)
    {
        using var http = new HttpClient { BaseAddress = stack.Address };
        using var answer = await http.PostAsync("api/webhooks/synergy/a-hook-id-of-a-vendor?code=a-secret-in-a-query", JsonText.Content(new { email = "ada@people.example" }), Cancellation);
        answer.IsSuccessStatusCode.ShouldBeFalse();
    }

    private static async Task RevokeAsync(AppStack stack)
    {
        using var http = new HttpClient();
        foreach (var vendor in new[] { "synergy", "tinyplus" })
        {
            using var revoked = await http.DeleteAsync(new Uri(stack.Vendors, $"{vendor}/_sim/tokens?kind=access"), Cancellation);
            revoked.EnsureSuccessStatusCode();
        }
    }

    /// <summary>All rows of all tables as text; bytes as the text that they would be.</summary>
    private static async Task<string> RowsAsync(AppStack stack)
    {
        var text = new StringBuilder();
        var service = new TableServiceClient(stack.Storage);
        await foreach (var table in service.QueryAsync(cancellationToken: Cancellation))
        {
            await foreach (var row in service.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: Cancellation))
            {
                foreach (var (name, value) in row) text.Append(name).Append('=').AppendLine(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString());
            }
        }

        return text.ToString();
    }
}
