using System.Security.Cryptography;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>The id of a new thing: the caller's choice, or a random one.</summary>
internal static class NewId
{
    private const int RandomLength = 16;

    public static string Choose(string? wanted) => wanted ?? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", RandomLength);

    public static BodyCheck Id(this BodyCheck check, string? id) =>
        check.When(id is not null && !IdText.IsValid(id), "#/id", $"An id has 1 to {IdText.MaxLength} characters of a-z, 0-9 and '-', and does not begin with '-'.");
}
