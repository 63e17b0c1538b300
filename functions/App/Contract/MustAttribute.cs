using System.Text.Json;

namespace SyncFunctions.App.Contract;

/// <summary>A member of a body that has to be there. It may be null for the serializer, so that what is missing is said along with whatever else is wrong.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MustAttribute : Attribute;

/// <summary>A member that is read as a <see cref="JsonElement"/> and merged into this.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MergesAttribute(Type into) : Attribute
{
    public Type Into { get; } = into;
}
