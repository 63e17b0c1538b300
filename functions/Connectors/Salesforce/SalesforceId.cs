namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Ids as Salesforce gives them: of 15 characters whose letter case counts, or of 18 where the last three repeat the case.</summary>
internal static class SalesforceId
{
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>The form of 18 characters; null for a text that is no id.</summary>
    public static string? Normal(string text)
    {
        if (text.Length is not (15 or 18) || !text.All(char.IsAsciiLetterOrDigit))
            return null;
        var id = text[..15];
        return id + string.Concat(id.Chunk(5).Select(part => Checks[part.Index().Sum(letter => char.IsAsciiLetterUpper(letter.Item) ? 1 << letter.Index : 0)]));
    }
}
