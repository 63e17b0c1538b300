using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SyncFunctions.Connectors;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>The rules of webhook endpoints and deliveries, tried with records of one kind.</summary>
internal sealed partial class WebhookChecks(Server server, Report report, Samples samples, PartnerKind kind, Receiver receiver, Uri address)
{
    private const string Endpoints = "v1/webhook-endpoints";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    private string _id = "";
    private string _secret = "";

    public async Task RunAsync()
    {
        await CheckAsync("H5", async () => (await server.PostAsync(Endpoints, new JsonObject { ["url"] = "http://example.com/hook" })).ExpectProblem(422));
        if (!await CheckAsync("H1", RegisterAsync))
            return;
        try
        {
            await CheckAsync("H2", async () =>
            {
                var listed = (await server.GetAsync(Endpoints)).Expect(200).Json.GetProperty("items").EnumerateArray().ToList();
                BrokenException.Unless(listed.Exists(endpoint => endpoint.GetProperty("id").GetString() == _id), "The endpoint is not listed.");
                BrokenException.Unless(listed.TrueForAll(endpoint => !endpoint.TryGetProperty("secret", out _)), "The list tells a secret.");
                BrokenException.Unless(!(await server.GetAsync($"{Endpoints}/{_id}")).Expect(200).Json.TryGetProperty("secret", out _), "The endpoint tells its secret.");
            });
            await DeliveriesAsync();
        }
        finally
        {
            if ((await server.DeleteAsync($"{Endpoints}/{_id}")).Status != 204)
                report.Left($"{Endpoints}/{_id}");
        }
    }

    private Task<bool> CheckAsync(string rule, Func<Task> check) => report.CheckAsync(server, rule, check);

    private async Task RegisterAsync()
    {
        var answer = (await server.PostAsync(Endpoints, new JsonObject { ["url"] = address.AbsoluteUri, ["label"] = "conformance" })).Expect(201);
        _id = answer.Json.GetProperty("id").GetString()!;
        _secret = answer.Json.GetProperty("secret").GetString()!;
        BrokenException.Unless(Secret().IsMatch(_secret), "The secret is not whsec_ and the base64 of 24 to 64 bytes.");
        BrokenException.Unless(answer.Json.GetProperty("enabled").GetBoolean(), "It is not enabled.");
    }

    private async Task DeliveriesAsync()
    {
        Made? made = null;
        WebhookRequest? delivery = null;
        if (!await CheckAsync("W1", async () =>
        {
            made = await samples.MakeAsync(kind);
            delivery = await DeliveredAsync(made.Id);
            BrokenException.Unless(StandardWebhooks.Verify(delivery, _secret, DateTimeOffset.UtcNow), "The signature does not verify.");
        }) || made is null || delivery is null)
            return;
        await CheckAsync("W3", () =>
        {
            var body = JsonSerializer.Deserialize<JsonElement>(delivery.Body.Span);
            BrokenException.Unless(EventType().IsMatch(body.GetProperty("type").GetString()!), "The type is not of the form task.created.");
            BrokenException.Unless(body.GetProperty("timestamp").TryGetDateTimeOffset(out _), "The timestamp is no time.");
            BrokenException.Unless(body.GetProperty("data").GetProperty("kind").GetString() == kind.Name, "The kind is another.");
            BrokenException.Unless(body.GetProperty("data").TryGetProperty("parentId", out _), "There is no parentId.");
            return Task.CompletedTask;
        });
        await CheckAsync("W2", async () =>
        {
            receiver.Refuse(1);
            await TouchAsync(made);
            var (first, second) = (await DeliveredAsync(made.Id), await DeliveredAsync(made.Id));
            BrokenException.Unless(first.Header("webhook-id") == second.Header("webhook-id"), "The second attempt has another webhook-id.");
            BrokenException.Unless(StandardWebhooks.Verify(second, _secret, DateTimeOffset.UtcNow), "The signature of the second attempt does not verify.");
        });
        await CheckAsync("H3", async () =>
        {
            (await server.PatchAsync($"{Endpoints}/{_id}", new JsonObject { ["enabled"] = false })).Expect(200);
            await TouchAsync(made);
            BrokenException.Unless(await receiver.NextAsync(made.Id, AMoment) is null, "An endpoint that is off gets deliveries.");
            (await server.PatchAsync($"{Endpoints}/{_id}", new JsonObject { ["enabled"] = true })).Expect(200);
            await TouchAsync(made);
            await DeliveredAsync(made.Id);
        });
        await CheckAsync("H4", async () =>
        {
            var rotated = (await server.PostAsync($"{Endpoints}/{_id}/rotate", null)).Expect(200).Json.GetProperty("secret").GetString()!;
            BrokenException.Unless(rotated != _secret && Secret().IsMatch(rotated), "The secret is the same, or none.");
            await TouchAsync(made);
            var both = await DeliveredAsync(made.Id);
            BrokenException.Unless(StandardWebhooks.Verify(both, _secret, DateTimeOffset.UtcNow), "The delivery is not signed with the old secret.");
            BrokenException.Unless(StandardWebhooks.Verify(both, rotated, DateTimeOffset.UtcNow), "The delivery is not signed with the new secret.");
        });
    }

    /// <summary>Something happens to the record: it is changed, where a field of it can be set to anything.</summary>
    private async Task TouchAsync(Made made)
    {
        var field = kind.Fields.First(field => field is { ReadOnly: false, Type: SystemFieldType.Text, Values.IsEmpty: true });
        (await server.PatchAsync(made.Path, new JsonObject { [field.Name] = samples.NewText(field) })).Expect(200);
    }

    private async Task<WebhookRequest> DeliveredAsync(string id) => await receiver.NextAsync(id, Soon) ?? throw new BrokenException("No delivery came within 30 seconds.");

    [GeneratedRegex("^whsec_[A-Za-z0-9+/]{32,86}={0,2}$", RegexOptions.None, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("^[A-Za-z0-9_]+[.](created|updated|deleted)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventType();
}
