using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace SyncFunctions.Connectors;

/// <summary>The state of a walk between two pages, as a text that may stand in a message or a row.</summary>
internal static class PageToken
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static string Write<T>(T state) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(state, Strict));

    public static bool TryRead<T>(string text, [NotNullWhen(true)] out T? state)
        where T : class
    {
        state = null;
        try
        {
            state = JsonSerializer.Deserialize<T>(Base64Url.DecodeFromChars(text), Strict);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            // Not one of ours: said by the result.
        }

        return state is not null;
    }
}
