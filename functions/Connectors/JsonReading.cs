using System.Globalization;
using System.Text.Json;

namespace SyncFunctions.Connectors;

/// <summary>Reads what vendors answer: tolerant of variants, clear about what it cannot read.</summary>
internal static class JsonReading
{
    /// <summary>The property at a path such as <c>phones.mobile</c>, in any case; Undefined if one step of it is missing.</summary>
    public static JsonElement At(this JsonElement json, string path)
    {
        foreach (var part in path.AsSpan().Split('.'))
        {
            var step = path.AsSpan()[part];
            if (json.ValueKind == JsonValueKind.Null)
                return json;
            if (json.ValueKind != JsonValueKind.Object)
                return default;
            json = json.TryGetProperty(step, out var exact) ? exact : InAnyCase(json, step);
        }

        return json;
    }

    private static JsonElement InAnyCase(JsonElement json, ReadOnlySpan<char> name)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (name.Equals(property.Name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        return default;
    }

    /// <summary>The first of the paths that is there.</summary>
    public static JsonElement AtAny(this JsonElement json, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (json.At(path) is { ValueKind: not JsonValueKind.Undefined } found)
                return found;
        }

        return default;
    }

    public static bool IsMissing(this JsonElement json) => json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>A text or number as text; null where there is none.</summary>
    public static string? AsText(this JsonElement json, string what) => json.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw Unexpected(what, "a text", json),
    };

    public static bool? AsFlag(this JsonElement json, string what) => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => json.AsText(what)?.ToLowerInvariant() switch
        {
            null or "" => null,
            "true" or "1" or "yes" => true,
            "false" or "0" or "no" => false,
            _ => throw Unexpected(what, "a yes or no", json),
        },
    };

    public static decimal? AsNumber(this JsonElement json, string what) => json.AsText(what) switch
    {
        null or "" => null,
        var text when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Unexpected(what, "a number", json),
    };

    public static int? AsCount(this JsonElement json, string what) => json.AsNumber(what) switch
    {
        null => null,
        >= 0 and <= int.MaxValue and var number when decimal.Truncate(number) == number => (int)number,
        _ => throw Unexpected(what, "a count", json),
    };

    /// <summary>The day that a date or time shows, without converting zones.</summary>
    public static DateOnly? AsDay(this JsonElement json, string what)
    {
        // Databases write a missing date as zeros.
        if (json.AsText(what) is not { Length: > 0 } text || text.StartsWith("0000", StringComparison.Ordinal))
            return null;
        var day = text.Length > 10 && text[10] is 'T' or ' ' ? text[..10] : text;
        return DateOnly.TryParseExact(day, ["yyyy-MM-dd", "dd/MM/yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            ? parsed
            : throw Unexpected(what, "a date", json);
    }

    /// <summary>A time; one without a zone is taken to be in <paramref name="zone"/>.</summary>
    public static DateTimeOffset? AsTime(this JsonElement json, string what, TimeZoneInfo zone)
    {
        if (json.AsText(what) is not { Length: > 0 } text || text.StartsWith("0000", StringComparison.Ordinal))
            return null;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            throw Unexpected(what, "a time", json);
        return time.Kind switch
        {
            DateTimeKind.Utc => new DateTimeOffset(time),
            DateTimeKind.Local => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime(),
            // An hour that a zone skips in spring does not exist there; an hour later does.
            _ => new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(zone.IsInvalidTime(time) ? time.AddHours(1) : time, zone)),
        };
    }

    /// <summary>Never the value itself: it may be personal.</summary>
    private static UnexpectedAnswerException Unexpected(string what, string expected, JsonElement json) =>
        new($"{what} should be {expected} and is {(json.ValueKind == JsonValueKind.String ? "another text" : json.ValueKind.ToString().ToLowerInvariant())}.");
}
