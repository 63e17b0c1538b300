using System.Text.Json.Nodes;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>
/// ConnectWise's own dialect of PATCH: always an array, the path a bare name in its exact letters, a reference replaced whole.
/// A path into a reference, such as <c>company/identifier</c>, is answered 200 and changes nothing: there are none.
/// </summary>
internal static class ConnectWisePatch
{
    /// <param name="body">The fields as they stand in a record.</param>
    /// <param name="clearWith">The operation that empties a field: <c>replace</c> with null, or <c>remove</c>.</param>
    public static JsonArray Of(JsonObject body, string clearWith) =>
    [
        .. body.Select(field => field.Value is null && clearWith == "remove"
            ? new JsonObject { ["op"] = "remove", ["path"] = field.Key }
            : new JsonObject { ["op"] = "replace", ["path"] = field.Key, ["value"] = field.Value?.DeepClone() }),
    ];
}
