using System.Collections.Immutable;

namespace SyncFunctions.App.Problems;

/// <summary>Ends a request with a problem. <paramref name="detail"/> is for the caller: no secrets, no internals.</summary>
public sealed class ProblemException(ProblemType type, string detail) : Exception(detail)
{
    public ProblemType Type { get; } = type;

    /// <summary>What is wrong with parts of the body.</summary>
    public ImmutableArray<BodyError> Errors { get; init; } = [];

    /// <summary>Further members; names have three characters or more and are written as they stand.</summary>
    public ImmutableSortedDictionary<string, object?> Extensions { get; init; } = ImmutableSortedDictionary<string, object?>.Empty;

    public DateTimeOffset? RetryAt { get; init; }

    public static ProblemException NotFound(string what) => new(ProblemType.NotFound, $"There is no such {what}.");
}

/// <param name="Pointer">A JSON pointer into the body as a URI fragment: <c>#/settings/kinds</c>.</param>
public sealed record BodyError(string Detail, string Pointer);
