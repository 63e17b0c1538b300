using SyncFunctions.State;

namespace SyncFunctions.App.Access;

/// <summary>Who may call a function: at least this role, and groups that are narrowed to some acts must have this one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsAttribute(Role role, Act act = Act.Read) : Attribute
{
    public Role Role { get; } = role;

    public Act Act { get; } = act;
}

/// <summary>A function that anybody may call, and what protects it instead.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenAttribute(string because) : Attribute
{
    public string Because { get; } = because;
}
