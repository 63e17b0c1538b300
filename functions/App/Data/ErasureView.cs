using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <param name="Tenant">Its id while it is under way; nobody knows it any more when it has ended.</param>
/// <param name="Step">What is being done.</param>
/// <param name="Removed">Things taken away so far.</param>
public sealed record ErasureView(string? Tenant, DateTimeOffset RequestedAt, string Step, int Removed, DateTimeOffset? EndedAt)
{
    public static ErasureView Of(Erasure erasure) => new(erasure.Tenant?.Value, erasure.RequestedAt, erasure.Step, erasure.Removed, erasure.EndedAt);
}
