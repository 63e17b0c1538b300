using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads {"odata.error":{"code":"…","message":{"lang":"…","value":"…"}}}.</summary>
internal sealed class TableErrorParser : RequestFailedDetailsParser
{
    public static readonly TableErrorParser Instance = new();

    public static string? Code(Response response) => Instance.TryParse(response, out var error, out _) ? error.Code : null;

    public override bool TryParse(
        Response response,
        [NotNullWhen(true)] out ResponseError? error,
        out IDictionary<string, string>? data)
    {
        error = null;
        data = null;
        if (response.ContentStream is not { CanSeek: true })
            return false;

        try
        {
            using var json = JsonDocument.Parse(response.Content.ToMemory());
            if (json.RootElement.ValueKind is not JsonValueKind.Object || !json.RootElement.TryGetProperty("odata.error", out var body))
                return false;
            error = new ResponseError(body.GetProperty("code").GetString(), body.GetProperty("message").GetProperty("value").GetString());
            return true;
        }
        catch (Exception notOData) when (notOData is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A gateway answered instead of the service; the exception then shows its content as it is.
            return false;
        }
    }
}
