using System.Text.Json.Serialization;

namespace SyncFunctions.App.Sync;

[JsonConverter(typeof(JsonStringEnumConverter<RunMode>))]
public enum RunMode
{
    /// <summary>Changes since the cursor.</summary>
    Delta,

    /// <summary>Every record of both sides: finds deletions and missed changes.</summary>
    Comprehensive,

    /// <summary>Brings older records over from the pair's import side, then goes live.</summary>
    Import,

    /// <summary>Takes note of what is there already, so that only what comes later is new; then goes live.</summary>
    Inventory,

    /// <summary>Look-up lists such as statuses and stages, by which values are mapped.</summary>
    Reference,

    /// <summary>Plans what a comprehensive run would do, and does none of it.</summary>
    DryRun,

    /// <summary>A person works on single records by hand.</summary>
    Manual,
}
