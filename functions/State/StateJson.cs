using System.Text.Json;
using System.Text.Json.Serialization;

namespace SyncFunctions.State;

/// <summary>How JSON is written into rows, blobs and messages: enums by name, field values tagged, nothing indented.</summary>
public static class StateJson
{
    public static readonly JsonSerializerOptions Options = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new FieldValueJson());
        options.Converters.Add(new FieldSetJson());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
