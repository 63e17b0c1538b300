using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>A body that names one record.</summary>
public sealed record NamedRecord([property: Must] string? Kind, [property: Must] Side? Side, [property: Must] string? Id)
{
    public (string Kind, Side Side, string Id) Check(FoundFlow flow)
    {
        new BodyCheck().Require("#/kind", Kind).Require("#/side", Side).Require("#/id", Id).Refuse();
        return (flow.Kind(Kind).Name, Side!.Value, Id!);
    }
}
