using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>
/// A status that one side keeps by name, a list for each board, and the other by category: every status belongs to a category, and every
/// category has a status of the board that stands for it. The category is what flows.
/// </summary>
/// <param name="Side">The side with the lists.</param>
/// <param name="Status">The vendor field that refers to the status.</param>
/// <param name="StatusName">The vendor field with its name, or null where the vendor does not repeat it.</param>
/// <param name="Board">The vendor field that refers to the board; null where there is one list for all.</param>
/// <param name="Default">The category of a status that nobody has put into one.</param>
public sealed record StatusField(Side Side, string Status, string? StatusName, string? Board, string Default)
{
    public required ImmutableArray<string> Categories { get; init; }

    /// <summary>The vendor's kind that lists the statuses; inside <see cref="BoardKind"/> where there are boards.</summary>
    public required string StatusKind { get; init; }

    public string? BoardKind { get; init; }

    /// <summary>The category of a status that no person has put into one, by what the vendor says of it.</summary>
    public required Func<Record, string> Guess { get; init; }

    internal string? BoardOf(FieldSet vendorFields) => Board is { } name && vendorFields.Find(name) is FieldValue.Reference board ? board.RecordId : null;
}

/// <summary>The statuses of a board as they were read last.</summary>
/// <param name="Id">Null for the one list of a vendor without boards.</param>
public sealed record StatusBoard(string? Id, string Name, ImmutableArray<BoardStatus> Statuses)
{
    /// <summary>What people call the list where there is but one.</summary>
    public const string Only = "*";
}

/// <param name="Category">Where nobody has chosen another.</param>
/// <param name="IsDefault">The vendor's own default of the board.</param>
public sealed record BoardStatus(string Id, string Name, string Category, bool IsDefault)
{
    /// <summary>Records have it from earlier times; no other gets it as long as there is another of its category.</summary>
    public bool IsInactive { get; init; }
}
