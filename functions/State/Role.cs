using System.Text.Json.Serialization;

namespace SyncFunctions.State;

/// <summary>What somebody may do; each may also do what those before it may.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Role>))]
public enum Role
{
    /// <summary>Looks at everything of a tenant but its people and keys.</summary>
    Viewer,

    /// <summary>Runs syncs and puts records right.</summary>
    Member,

    /// <summary>Chooses settings, connects systems, says who else may come in, and does what can't be undone.</summary>
    Administrator,

    /// <summary>Runs the app: makes tenants and may do everything in each of them.</summary>
    Operator,
}

/// <summary>What is done, as far as a group can be narrowed to it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Act>))]
public enum Act
{
    /// <summary>Looking.</summary>
    Read,

    /// <summary>Starting and steering runs.</summary>
    Sync,

    /// <summary>Linking, pushing, restoring and whatever else is done to records.</summary>
    Records,

    /// <summary>Switching projects on and off.</summary>
    Projects,

    /// <summary>Settings of flows, their setup and their switches.</summary>
    Settings,

    /// <summary>Connecting systems.</summary>
    Connections,

    /// <summary>Users, groups, keys and the tenant itself.</summary>
    People,
}
