using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>What a person does on the page for duplicates: one contact stays, the other goes into the recycle bin and names it.</summary>
internal static class Merges
{
    public static void Map(IEndpointRouteBuilder routes, SimSystem system) => routes.MapPost("_sim/merge", (HttpRequest request) => MergeAsync(system, request));

    private static async Task<IResult> MergeAsync(SimSystem system, HttpRequest request)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body
            || !body.TryGetProperty("master", out var master) || !body.TryGetProperty("loser", out var loser)
            || !system.TryAccount(body.TryGetProperty("account", out var slug) ? slug.GetString()! : SimSystem.FirstAccount, out var account))
            return SimJson.Of(400, new { Message = "master and loser, the ids of two contacts, are required." });
        lock (account.Gate)
        {
            var contacts = account.Table(Kinds.Contacts);
            if (contacts.Truth.Find(master.GetString()!) is not { } stays || contacts.Truth.Find(loser.GetString()!) is not { } goes || stays.Id == goes.Id)
                return SimJson.Of(404, new { Message = "There are no such two contacts." });
            Keep(account, stays, goes);
            return SimJson.Record(200, account, account.Find([Kinds.Contacts], stays.Id)!);
        }
    }

    /// <summary>The one that stays takes over what it had no value for, and the gifts.</summary>
    private static void Keep(SimAccount account, SimRecord stays, SimRecord goes)
    {
        var gifts = account.Table(Kinds.Opportunities);
        foreach (var gift in gifts.Truth.WithValue(gifts.Kind.Shape.Slot("npsp__Primary_Contact__c"), goes.Id).ToArray())
            account.Set(gift, "npsp__Primary_Contact__c", stays.Id);
        account.Delete(goes.Kind, goes.Id);
        account.Set(account.Table(Kinds.RecycleBin).Truth.ByNumber[^1], "MasterRecordId", stays.Id);
        account.Touch(stays);
        foreach (var field in stays.Kind.Shape.Stored.Where(field => stays[field.Name] is null && goes[field.Name] is not null))
            account.Set(account.Find([Kinds.Contacts], stays.Id)!, field.Name, goes[field.Name]);
    }
}
