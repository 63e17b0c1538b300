using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>Records to be imported from Total Synergy, in its own field names. A company is named by its place in the list.</summary>
public sealed record LoadData(
    string What,
    IReadOnlyList<JsonObject> Staff,
    IReadOnlyList<JsonObject> Companies,
    IReadOnlyList<(JsonObject Record, int Company)> Personnel,
    IReadOnlyList<(JsonObject Record, int Company)> Projects)
{
    public int Total => Staff.Count + Companies.Count + Personnel.Count + Projects.Count;
}
