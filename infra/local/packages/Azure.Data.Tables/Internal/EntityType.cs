using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;

namespace Azure.Data.Tables;

/// <summary>The stored properties of a class that implements <see cref="ITableEntity"/>; its keys, timestamp and ETag are not among them.</summary>
internal sealed class EntityType
{
    private static readonly ConcurrentDictionary<Type, EntityType> Known = new();

    private EntityType(Type type) => Properties = type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(IsStored)
        .ToDictionary(property => StoredName(property));

    /// <summary>By the name under which the service stores them.</summary>
    public IReadOnlyDictionary<string, PropertyInfo> Properties { get; }

    public static EntityType Of(Type type) => Known.GetOrAdd(type, static unknown => new EntityType(unknown));

    public static string StoredName(MemberInfo member) => member.GetCustomAttribute<DataMemberAttribute>()?.Name ?? member.Name;

    private static bool IsStored(PropertyInfo property) =>
        property.GetMethod is { IsPublic: true }
        && property.GetIndexParameters().Length == 0
        && !property.IsDefined(typeof(IgnoreDataMemberAttribute))
        && property.Name is not (nameof(ITableEntity.PartitionKey) or nameof(ITableEntity.RowKey) or nameof(ITableEntity.Timestamp) or nameof(ITableEntity.ETag));
}
