using System.Text.Json;

namespace SyncFunctions.Tests.Support;

internal readonly record struct RowKeys(string Partition, string Row);

/// <summary>What a path of the table service names: a table, or one of its rows.</summary>
internal readonly record struct TableAddress(string Table, RowKeys? Keys)
{
    private const string PartitionPart = "(PartitionKey='";
    private const string RowPart = "',RowKey='";
    private const string End = "')";

    /// <summary>Of an unescaped path below the account.</summary>
    public static TableAddress Parse(string path)
    {
        var partition = path.IndexOf(PartitionPart, StringComparison.Ordinal);
        if (partition < 0 || !path.EndsWith(End, StringComparison.Ordinal)) return new(path.TrimEnd('(', ')'), null);
        var start = partition + PartitionPart.Length;
        var row = path.IndexOf(RowPart, start, StringComparison.Ordinal);
        return new(path[..partition], new RowKeys(Unquoted(path[start..row]), Unquoted(path[(row + RowPart.Length)..^End.Length])));
    }

    /// <summary>The keys that an entity carries itself.</summary>
    public static RowKeys KeysOf(byte[] entity)
    {
        var reader = new Utf8JsonReader(entity);
        string? partition = null, row = null;
        while ((partition is null || row is null) && reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            if (reader.ValueTextEquals("PartitionKey"u8) && reader.Read()) partition = reader.GetString();
            else if (reader.ValueTextEquals("RowKey"u8) && reader.Read()) row = reader.GetString();
        }

        return new RowKeys(partition ?? throw new FormatException("An entity has no partition key."), row ?? throw new FormatException("An entity has no row key."));
    }

    private static string Unquoted(string literal) => literal.Replace("''", "'", StringComparison.Ordinal);
}
