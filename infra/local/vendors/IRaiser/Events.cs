using System.Text;
using System.Text.Json;

namespace SyncFunctions.Vendors.IRaiser;

/// <summary>Tells those whose address was typed in which record changed and nothing more, without a signature.</summary>
internal static class Events
{
    public static readonly SimWebhookRules Rules = new()
    {
        Tell = Tell,
        Headers = (_, _) => [],
        // How often it tries is not documented.
        Retry = (_, attempts) => attempts < 4 ? TimeSpan.FromSeconds(15 * attempts) : null,
        Timeout = TimeSpan.FromSeconds(10),
    };

    private static IEnumerable<SimDelivery> Tell(SimChange change)
    {
        // What is taken away is not told of.
        if (change.Action == SimAction.Deleted || ObjectOf(change.Record.Kind.Name) is not { } type)
            yield break;
        var told = new Dictionary<string, object>
        {
            ["object_type"] = type,
            ["object_id"] = change.Record.Number,
            ["event_type"] = $"{change.Record.Kind.Name}.update",
            ["application"] = "Kentaa",
            ["site_id"] = change.Account.Slug,
        };
        foreach (var hook in change.Account.Table(Kinds.Webhooks).Truth.ByNumber)
        {
            if (hook["enabled"] is not true || !Uri.TryCreate(hook["url"] as string, UriKind.Absolute, out var address))
                continue;
            var isForm = Equals(hook["format"], "form");
            yield return new SimDelivery(change.Account, hook.Id, address, isForm ? Form(told) : JsonSerializer.SerializeToUtf8Bytes(told))
            {
                MediaType = isForm ? "application/x-www-form-urlencoded" : "application/json",
            };
        }
    }

    private static byte[] Form(Dictionary<string, object> told) =>
        Encoding.UTF8.GetBytes(string.Join('&', told.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value.ToString()!)}")));

    private static string? ObjectOf(string kind) => kind switch
    {
        Kinds.Donations => "Donation",
        Kinds.RecurringDonors => "RecurringDonor",
        Kinds.Orders => "Order",
        _ => null,
    };
}
