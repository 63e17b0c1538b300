namespace SyncFunctions.Browser.Tests;

internal static class Faultless
{
    /// <summary>
    /// Looks at the page as it is now, in both colour schemes and on a phone, and keeps a picture of each: what axe finds, and what has to be
    /// scrolled to the side.
    /// </summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(this Visit visit, string name)
    {
        var faults = new List<string>();
        foreach (var look in Look.All)
        {
            await visit.LookAsync(look);
            await visit.ShotAsync($"{name}.{look}");
            faults.AddRange((await Axe.FindingsAsync(visit)).Select(finding => $"{look}: {finding}"));
            if (await visit.OverhangAsync() is { Length: > 0 } wide) faults.Add($"{look}: {visit.Page.Url} has to be scrolled to the side because of {wide}");
        }

        await visit.LookAsync(Look.Wide);
        return faults;
    }
}
