namespace Azure.Data.Tables;

/// <summary>Where the next page of entities begins. As a token: the two opaque keys, of which neither has a space, with one between.</summary>
internal readonly record struct EntityContinuation(string? PartitionKey, string? RowKey)
{
    public static string? Read(Response response)
    {
        var hasPartition = response.Headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partitionKey);
        var hasRow = response.Headers.TryGetValue("x-ms-continuation-NextRowKey", out var rowKey);
        return hasPartition || hasRow ? $"{partitionKey} {rowKey}" : null;
    }

    public static EntityContinuation Parse(string? token) => token?.Split(' ', 2) switch
    {
        [{ Length: > 0 } partitionKey, { Length: > 0 } rowKey] => new(partitionKey, rowKey),
        [{ Length: > 0 } partitionKey, ..] => new(partitionKey, null),
        _ => default,
    };
}
