namespace SyncFunctions.Browser.Tests;

/// <summary>Tenants with something to see.</summary>
internal static class Practices
{
    /// <summary>
    /// Live, with a company in both systems whose phone was changed on both sides; with one that is only in tiny+, since it was there before, and a
    /// person of it who waits for that.
    /// </summary>
    public static async Task<SyncedPractice> WithTroubleAsync(AppStack app)
    {
        var practice = await SyncedPractice.ConnectedAsync(app);
        var older = await practice.TinyPlus.CreateAsync("companies", new { name = "Kauri Timber" });
        await practice.GoLiveAsync();
        await practice.TinyPlus.CreateAsync("contacts", new { first_name = "Aroha", last_name = "Parata", email_address = "aroha@kauri.example", primary_company = older.Number });
        var company = await practice.Synergy.CreateAsync("contacts", new { name = "Ziegelwerk", phones = new { phone = "000" } });
        var there = await practice.TinyPlus.OneAsync("companies", new { name = "Ziegelwerk", phone = "000" });
        await practice.QuietLongEnoughAsync();
        await practice.PatchAsync(new { enabled = false });
        await practice.Synergy.EditAsync(company, new { phones = new { phone = "111" } });
        await practice.TinyPlus.EditAsync(there, new { phone = "222" });
        await practice.PatchAsync(new { enabled = true });
        await practice.LoggedAsync("conflict", new { kind = "company" });
        await practice.TinyPlus.BecomesAsync(there, new { phone = "111" });
        return practice;
    }

    /// <summary>Every change so far was looked at; a record that waits for a person may go on waiting.</summary>
    private static Task QuietLongEnoughAsync(this SyncedPractice practice) => practice.PolledAsync(3);
}
