using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The text that the genuine host makes of an object that a function returned.</summary>
internal static class HostText
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="json">The object as the serializer of the worker wrote it.</param>
    public static string Of(BinaryData json) => JsonNode.Parse(json)?.ToJsonString(Indented) ?? "null";
}
