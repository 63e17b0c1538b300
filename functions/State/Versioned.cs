using Azure;

namespace SyncFunctions.State;

/// <summary>A stored value and the version it was read at. Replacing or deleting it takes this version.</summary>
public readonly record struct Versioned<T>(T Value, ETag ETag);

/// <summary>A part of a list. <see cref="Continuation"/> is null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Continuation);

/// <summary>What a search through a list has found so far. <see cref="Continuation"/> is null at the end of the list.</summary>
/// <param name="Looked">At so many rows.</param>
public sealed record Found<T>(IReadOnlyList<T> Items, string? Continuation, int Looked);
