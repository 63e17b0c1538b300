using System.Text.Json;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Manage;

internal static class TokenCheck
{
    public const int MaxLength = 8000;

    private const char Separator = ':';

    /// <summary>A token goes into a header: it has no spaces and no control characters.</summary>
    public static BodyCheck Token(this BodyCheck check, string? token) =>
        check.When(token is not null && !IsToken(token), "#/token", $"A token has 1 to {MaxLength} visible ASCII characters and no spaces.");

    /// <summary>Puts together the token of a system whose tokens have parts; null where there is none to put together.</summary>
    /// <param name="parts">By their names; other names are refused.</param>
    public static string? Token(this BodyCheck check, SystemCatalog catalog, IReadOnlyDictionary<string, JsonElement> parts)
    {
        foreach (var name in parts.Keys.Where(name => !catalog.TokenParts.Contains(name))) check.Add(Pointer(name), "This member is not known.");
        if (parts.Count == 0) return null;
        foreach (var name in catalog.TokenParts)
        {
            var value = parts.TryGetValue(name, out var json) && json.ValueKind == JsonValueKind.String ? json.GetString() : null;
            check
                .Require(Pointer(name), value)
                .When(value is { Length: > 0 } && (!IsToken(value) || value.Contains(Separator)), Pointer(name), "It has visible ASCII characters, no spaces and no colons.");
        }

        return string.Join(Separator, catalog.TokenParts.Select(name => parts.TryGetValue(name, out var part) ? part.ToString() : ""));
    }

    private static bool IsToken(string text) => text.Length is > 0 and <= MaxLength && text.All(c => c is > ' ' and <= '~');

    private static string Pointer(string name) => $"#/{Uri.EscapeDataString(name)}";
}
