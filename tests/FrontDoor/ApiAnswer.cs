using System.Net.Http.Json;
using System.Text.Json;

namespace SyncFunctions.Tests.FrontDoor;

/// <summary>What the app answered.</summary>
public sealed record ApiAnswer(int Status, string? MediaType, string Text)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    /// <summary>The body of an answer that must not be a problem.</summary>
    public JsonElement Require() =>
        Status is >= 200 and < 300 ? (Text.Length == 0 ? default : Json) : throw new InvalidOperationException($"The app answered {Status}: {Text}");
}

/// <summary>JSON as tests write and compare it.</summary>
public static class JsonText
{
    public static HttpContent Content(object body) => JsonContent.Create(body, body.GetType());

    public static JsonElement Of(object value) => JsonSerializer.SerializeToElement(value, value.GetType());

    /// <summary>Whether everything in <paramref name="expected"/> is so in <paramref name="actual"/>; null, a blank and nothing are the same.</summary>
    public static bool Shows(JsonElement actual, JsonElement expected) => expected.ValueKind switch
    {
        JsonValueKind.Object => actual.ValueKind == JsonValueKind.Object && expected.EnumerateObject().All(member =>
            Shows(actual.TryGetProperty(member.Name, out var inner) ? inner : default, member.Value)),
        JsonValueKind.Array => actual.ValueKind == JsonValueKind.Array && actual.GetArrayLength() == expected.GetArrayLength()
            && actual.EnumerateArray().Zip(expected.EnumerateArray()).All(pair => Shows(pair.First, pair.Second)),
        _ => actual.ToString() == expected.ToString(),
    };
}
