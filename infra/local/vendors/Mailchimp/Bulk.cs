using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Up to 500 members in one call: what is wrong with one is none of the others' business.</summary>
internal static class Bulk
{
    private const int Most = 500;

    public static IResult Write(SimAccount account, SimRecord list, JsonElement body, bool skips)
    {
        if (!body.TryGetProperty("members", out var given) || given.ValueKind != JsonValueKind.Array)
            return Problem.Invalid([new SimProblem("members", "This value should not be blank.")]);
        if (given.GetArrayLength() > Most)
            return Problem.Invalid([new SimProblem("members", $"At most {Most} members in one call.")]);
        var (updates, syncs) = (Is(body, "update_existing"), Is(body, "sync_tags"));
        var (made, updated, errors, seen) = (new JsonArray(), new JsonArray(), new JsonArray(), new HashSet<string>());
        foreach (var member in given.EnumerateArray())
        {
            var email = Members.Text(member, "email_address") ?? "";
            var there = email.Length > 0 ? Members.Find(account, list, email) : null;
            var isArchived = there?["archived"] is true && account.System.Settings.Switches[Vendor.ArchivedIsNew];
            if (!seen.Add(email.ToLowerInvariant()))
                Refuse(email, "ERROR_GENERIC", "Duplicate items found.");
            else if (there is not null && !updates && !isArchived)
                Refuse(email, "ERROR_CONTACT_EXISTS", $"{email} is already a list member, do you want to update? please provide update_existing:true in the request body");
            else if (there is null && Members.Text(member, "status") is null)
                Refuse(email, "ERROR_GENERIC", "Schema describes string, NULL found instead");
            else if (Members.Put(account, list, email, member, skips) is SimJson { Status: 200 } && Members.Find(account, list, email) is { } written)
                Take(member, written, there is null);
            else
                Refuse(email, "ERROR_GENERIC", "Your merge fields were invalid.");
        }

        return SimJson.Of(200, new JsonObject
        {
            ["new_members"] = made,
            ["updated_members"] = updated,
            ["errors"] = errors,
            ["total_created"] = made.Count,
            ["total_updated"] = updated.Count,
            ["error_count"] = errors.Count,
        });

        void Refuse(string email, string code, string message) => errors.Add(new JsonObject { ["email_address"] = email, ["error"] = message, ["error_code"] = code });

        void Take(JsonElement asked, SimRecord written, bool isNew)
        {
            if (!isNew && asked.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array)
            {
                var names = tags.EnumerateArray().Select(tag => tag.GetString()!);
                Members.SetTags(account, written, syncs ? names : Members.TagsOf(written).Concat(names));
            }

            (isNew ? made : updated).Add(Members.Json(account, list, Members.Find(account, list, written.Id)!));
        }
    }

    private static bool Is(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
