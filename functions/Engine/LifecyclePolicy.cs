using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>What happens to a record whose counterpart was deleted, or archived.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LifecyclePolicy>))]
public enum LifecyclePolicy
{
    /// <summary>It is archived, too.</summary>
    Archive,

    /// <summary>It stays as it is, and nothing flows until a person (or, after an archiving, its end) resumes the link.</summary>
    Pause,

    /// <summary>It stays as it is, and the two are never linked again by themselves.</summary>
    Unlink,

    /// <summary>It stays as it is; the link lives on.</summary>
    Ignore,

    /// <summary>It is deleted.</summary>
    Delete,
}
