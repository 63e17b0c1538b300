using System.Globalization;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>Reads query parameters; one that is not as it must be ends the request.</summary>
internal static class Query
{
    public const int MaxLimit = 1000;

    public static string? Text(this HttpRequest request, string name) => request.Query[name] is [{ Length: > 0 } text] ? text : null;

    public static int Limit(this HttpRequest request, int otherwise = 100)
    {
        if (request.Text("limit") is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= MaxLimit
            ? limit
            : throw Invalid("limit", $"a number from 1 to {MaxLimit}");
    }

    /// <summary>A point in time, with its offset; UTC if it has none.</summary>
    public static DateTimeOffset? Time(this HttpRequest request, string name)
    {
        if (request.Text(name) is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Invalid(name, "a time, such as 2026-03-04T05:06:07Z");
    }

    /// <summary>One of the names of an enum, in camel case or not.</summary>
    public static T? Choice<T>(this HttpRequest request, string name)
        where T : struct, Enum
    {
        if (request.Text(name) is not { } text) return null;
        return char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw Invalid(name, $"one of {string.Join(", ", Enum.GetValues<T>().Select(choice => Json.ToNode(choice)))}");
    }

    public static ProblemException Invalid(string name, string what) =>
        new(ProblemType.InvalidRequest, $"The query parameter '{name}' must be {what}.");
}
