using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

internal static class TokenCheck
{
    public const int MaxLength = 8000;

    /// <summary>A token goes into a header: it has no spaces and no control characters.</summary>
    public static BodyCheck Token(this BodyCheck check, string? token) => check.When(
        token is not null && (token.Length is 0 or > MaxLength || token.Any(c => c is <= ' ' or > '~')),
        "#/token",
        $"A token has 1 to {MaxLength} visible ASCII characters and no spaces.");
}
