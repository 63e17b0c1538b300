using System.Security.Cryptography;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

public readonly record struct ConflictId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>A field that was changed on both sides to different values: which one won, and both values whole.</summary>
public sealed record Conflict(ConflictId Id, DateTimeOffset At, string Kind, string Field, Side Winner, FieldValue Left, FieldValue Right)
{
    public LinkId? Link { get; init; }

    public string? LeftId { get; init; }

    public string? RightId { get; init; }

    /// <summary>Why the winner won; null where that was not kept.</summary>
    public ConflictRule? Rule { get; init; }

    /// <summary>The record's name for people.</summary>
    public string Label { get; init; } = "";

    public RunId? Run { get; init; }

    /// <summary>When a person took the losing value back, and who.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    public string? RestoredBy { get; init; }

    public FieldValue Loser => Winner == Side.Left ? Right : Left;

    /// <summary>
    /// The same for the same conflict, however often it is planned until its outcome is written, and another for the next one of the
    /// same values.
    /// </summary>
    /// <param name="occasion">What tells this conflict from an earlier one: the states of the two records that met.</param>
    public static ConflictId IdOf(string kind, LinkId? link, string field, FieldValue left, FieldValue right, string occasion) =>
        new(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new object?[] { kind, link?.Value, field, left, right, Keys.Escape(occasion) }, StateJson.Options)).AsSpan(0, 16)));
}

/// <summary>Null: any.</summary>
public sealed record ConflictFilter
{
    public static readonly ConflictFilter None = new();

    public string? Kind { get; init; }

    public string? Field { get; init; }

    public LinkId? Link { get; init; }
}
