using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SyncFunctions.Engine;

/// <summary>Names, addresses and phones in a form in which two spellings of the same are the same.</summary>
public static class PlainText
{
    /// <summary>So few digits are an extension, which many share.</summary>
    private const int FewestDigits = 6;

    /// <summary>Numbers are compared by their last digits: with and without a country code they are the same.</summary>
    private const int LastDigits = 9;

    private static readonly ImmutableHashSet<string> LegalForms =
        ["ltd", "limited", "inc", "llc", "plc", "gmbh", "ag", "kg", "sa", "sarl", "srl", "bv", "nv", "pty", "co", "corp", "company", "oy", "ab", "as", "the", "and"];

    /// <summary>Mail that everybody may have says nothing about who writes.</summary>
    private static readonly ImmutableHashSet<string> PublicMail =
        ["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "aol.com", "proton.me", "protonmail.com"];

    /// <summary>Latin letters with accents: a machine without Unicode tables takes none of them apart.</summary>
    private static readonly Dictionary<string, string> Folded = (
        from letters in "aàáâãäåāăą cçćĉċč dďđ eèéêëēĕėęě gĝğġģ hĥħ iìíîïĩīĭįı jĵ kķ lĺļľŀł nñńņň oòóôõöøōŏő rŕŗř sśŝşšș tţťŧț uùúûüũūŭůűų wŵ yýÿŷ zźżž".Split(' ')
        from letter in letters[1..]
        select KeyValuePair.Create(letter.ToString(), letters[..1])).Append(KeyValuePair.Create("ß", "ss")).Append(KeyValuePair.Create("æ", "ae")).Append(KeyValuePair.Create("œ", "oe")).ToDictionary();

    /// <summary>Words without accents, letter case and legal forms.</summary>
    public static ImmutableArray<string> Words(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in FieldText.Decomposed(text).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark) continue;
            var lower = Rune.IsLetterOrDigit(rune) ? Rune.ToLowerInvariant(rune).ToString() : " ";
            plain.Append(Folded.GetValueOrDefault(lower, lower));
        }

        return [.. plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !LegalForms.Contains(word)).Distinct()];
    }

    /// <summary>The domain of a mail or web address; null where there is none, or where it is everybody's.</summary>
    public static string? Domain(string address)
    {
        var host = address[(address.LastIndexOf('@') + 1)..].Trim().ToLowerInvariant();
        if (host.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0) host = host[(scheme + 3)..];
        host = host.Split('/', ':', '?')[0];
        if (host.StartsWith("www.", StringComparison.Ordinal)) host = host[4..];
        return host.Contains('.', StringComparison.Ordinal) && !PublicMail.Contains(host) ? host : null;
    }

    public static string? Digits(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        return digits.Length < FewestDigits ? null : digits.Length > LastDigits ? digits[^LastDigits..] : digits;
    }
}
