using System.Collections.Immutable;
using System.Globalization;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>What lists are narrowed by: terms in ConnectWise's own language, all of which must hold.</summary>
internal sealed record ConnectWiseConditions(ImmutableArray<string> Terms)
{
    public static readonly ConnectWiseConditions None = new([]);

    public ConnectWiseConditions And(string term) => new(Terms.Add(term));

    public override string ToString() => string.Join(" and ", Terms);

    /// <param name="path">As in <c>board/name</c>.</param>
    public static string Equal(string path, FieldValue value) => value switch
    {
        FieldValue.Null => $"{path}=null",
        FieldValue.Reference { RecordId: var id } => $"{path}/id={ConnectWiseRecords.NumberOf(id)}",
        FieldValue.Number or FieldValue.Flag => $"{path}={value}",
        FieldValue.Day => $"{path}=[{value}T00:00:00Z]",
        _ => $"{path}={Quoted(value.ToString()!)}",
    };

    public static string AnyOf(string path, IEnumerable<string> ids) => $"{path} in ({string.Join(',', ids)})";

    /// <summary>"Greater than" is what every instance knows, and times are whole seconds: greater than the second before.</summary>
    /// <param name="naive">Without a zone, for instances that find nothing otherwise.</param>
    public static string ChangedFrom(DateTimeOffset since, bool naive) =>
        $"lastUpdated>[{since.UtcDateTime.AddSeconds(-1).ToString(naive ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}]";

    /// <summary>
    /// A text between quotes is taken as it is, brackets and wildcards too, since nothing here asks with <c>like</c>; the two that would
    /// end or change it are escaped. Line breaks cannot be in what the vendor keeps.
    /// </summary>
    public static string Quoted(string text) =>
        $"\"{ConnectWiseRecords.OneLine(text).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
