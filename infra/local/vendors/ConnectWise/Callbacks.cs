using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>Calls those who asked for it, as the vendor's guide says: signed, three times at most, and not again after a 500.</summary>
internal static class Callbacks
{
    public static readonly SimWebhookRules Rules = new()
    {
        Tell = Tell,
        Headers = (delivery, _) => [("x-content-signature", Sign(delivery))],
        Retry = (status, attempts) => status is 404 or 409 or 419 or 429 && attempts < 3 ? TimeSpan.FromSeconds(2 * attempts) : null,
        Timeout = TimeSpan.FromSeconds(5),
        Ended = Ended,
    };

    /// <summary>By the callback's word for it. A phase has none.</summary>
    private static readonly Dictionary<string, string> Types = new()
    {
        [Kinds.Projects] = "project",
        [Kinds.Tickets] = "ticket",
        [Kinds.ServiceTickets] = "ticket",
        [Kinds.ScheduleEntries] = "schedule",
        [Kinds.TimeEntries] = "time",
        [Kinds.Companies] = "company",
        [Kinds.Contacts] = "contact",
        [Kinds.Members] = "member",
    };

    private static readonly string[] SilentDeletions = [Kinds.ScheduleEntries, Kinds.TimeEntries];

    public static IReadOnlyCollection<string> KnownTypes => Types.Values;

    public static void Map(IEndpointRouteBuilder routes, SimSystem system) =>
        routes.MapGet("keys/{company}", (string company) => system.TryAccount(company, out var account)
            ? SimJson.Of(200, new Dictionary<string, string> { ["signing_key"] = SigningKey(account) })
            : system.Definition.Error(404, "There is no such key."));

    private static string SigningKey(SimAccount account) => $"{account.Slug}-signing-key-{(account.System.Settings.Switches[Vendor.NewKey] ? 2 : 1)}";

    private static string Sign(SimDelivery delivery)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes(SigningKey(delivery.Account)));
        return Convert.ToBase64String(HMACSHA256.HashData(key, delivery.Body.Span));
    }

    private static IEnumerable<SimDelivery> Tell(SimChange change)
    {
        var (account, record) = (change.Account, change.Record);
        if (!Types.TryGetValue(record.Kind.Name, out var type) || IsSilent(change))
            yield break;
        string? entity = null;
        foreach (var callback in account.Table(Kinds.Callbacks).Truth.ByNumber)
        {
            // Changes of the member that registered it are left out where it asked for that.
            if (!Equals(callback["type"], type) || callback["inactiveFlag"] is true || !Equals(callback["level"], "owner")
                || (callback["isSelfSuppressedFlag"] is true && change.By is { } by && Equals(callback["registeredBy"], by)))
                continue;
            var action = change.Action.ToString().ToLowerInvariant();
            if (!Uri.TryCreate($"{callback["url"]}{record.Id}&action={action}", UriKind.Absolute, out var address))
                continue;
            entity ??= Encoding.UTF8.GetString(Api.Bytes(account, record));
            yield return new SimDelivery(account, callback.Id, address, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
            {
                ["MessageId"] = Guid.NewGuid(),
                ["FromUrl"] = new Uri((string)callback["origin"]!).Authority,
                ["CompanyId"] = account.Slug,
                ["MemberId"] = change.By ?? "person",
                ["Action"] = action,
                ["Type"] = type,
                ["ID"] = record.Number,
                ["Entity"] = change.Action == SimAction.Deleted ? null : entity,
                ["Metadata"] = new Dictionary<string, string> { ["key_url"] = $"{callback["origin"]}keys/{account.Slug}" },
                ["CallbackObjectRecId"] = callback.Number,
            }));
        }
    }

    private static bool IsSilent(SimChange change) => change.Action == SimAction.Deleted
        && SilentDeletions.Contains(change.Record.Kind.Name)
        && !change.Account.System.Settings.Switches[Vendor.TellsAllDeletions];

    private static void Ended(SimDelivery delivery, int status)
    {
        var account = delivery.Account;
        if (account.System.Settings.Switches[Vendor.DisablesFailing] && account.Find([Kinds.Callbacks], delivery.Subscription) is { } callback)
            account.Set(callback, "inactiveFlag", true);
    }
}
