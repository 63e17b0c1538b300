#nullable disable

using System.Net;

namespace Azure.Data.Tables.Sas;

public struct TableSasIPRange : IEquatable<TableSasIPRange>
{
    public TableSasIPRange(IPAddress start, IPAddress end = null)
    {
        Start = start;
        End = end;
    }

    public IPAddress Start { get; }

    public IPAddress End { get; }

    public static bool operator ==(TableSasIPRange left, TableSasIPRange right) => left.Equals(right);

    public static bool operator !=(TableSasIPRange left, TableSasIPRange right) => !left.Equals(right);

    public static TableSasIPRange Parse(string s)
    {
        ArgumentException.ThrowIfNullOrEmpty(s);
        return s.Split('-', 2) is [var start, var end]
            ? new TableSasIPRange(IPAddress.Parse(start), IPAddress.Parse(end))
            : new TableSasIPRange(IPAddress.Parse(s));
    }

    public readonly bool Equals(TableSasIPRange other) => Equals(Start, other.Start) && Equals(End, other.End);

    public override readonly bool Equals(object obj) => obj is TableSasIPRange other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Start, End);

    public override readonly string ToString() => (Start, End) switch
    {
        (null, _) => "",
        (_, null) => Start.ToString(),
        _ => $"{Start}-{End}",
    };
}
