using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace SyncFunctions.Local;

/// <summary>Requests of one sort that the emulator has taken.</summary>
/// <param name="Service"><c>blob</c>, <c>queue</c> or <c>table</c>.</param>
/// <param name="Target"><c>transaction</c>, <c>entity</c> (one row by its keys), <c>messages</c> or <c>other</c>; a GET of other tables' paths is a query.</param>
public sealed record AzuriteRequest(string Service, string Account, string Method, string Target, long Count);

/// <summary>Requests that the emulator has taken: what an account would be billed for.</summary>
public sealed record AzuriteRequests(ImmutableArray<AzuriteRequest> All)
{
    private const string Start = "requests ";

    public long Total => All.Sum(request => request.Count);

    public static AzuriteRequests operator -(AzuriteRequests later, AzuriteRequests earlier) => new(
    [
        .. from request in later.All
           let before = earlier.All.FirstOrDefault(other => other with { Count = request.Count } == request)?.Count ?? 0
           where request.Count > before
           orderby request.Service, request.Account, request.Method, request.Target
           select request with { Count = request.Count - before },
    ]);

    public long Of(string service) => All.Where(request => request.Service == service).Sum(request => request.Count);

    /// <summary>Reads the emulator's answer to <c>requests</c>.</summary>
    internal static bool TryRead(string line, [NotNullWhen(true)] out AzuriteRequests? requests)
    {
        requests = line.StartsWith(Start, StringComparison.Ordinal)
            ? new AzuriteRequests(JsonSerializer.Deserialize<ImmutableArray<AzuriteRequest>>(line.AsSpan(Start.Length), JsonSerializerOptions.Web))
            : null;
        return requests is not null;
    }
}
