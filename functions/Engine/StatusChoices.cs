using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>What a tenant has chosen for statuses: by kind, by board (<see cref="StatusBoard.Only"/> where there is but one list), by name.</summary>
[JsonConverter(typeof(Converter))]
public sealed record StatusChoices(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>> Kinds)
{
    public static readonly StatusChoices None = new(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>>.Empty);

    public string? Find(string kind, string board, string name) =>
        Kinds.GetValueOrDefault(kind) is { } boards && boards.GetValueOrDefault(board) is { } names ? names.GetValueOrDefault(name) : null;

    public bool Equals(StatusChoices? other) => other is not null && Flat().SequenceEqual(other.Flat());

    public override int GetHashCode() => Flat().Aggregate(0, HashCode.Combine);

    /// <summary>Every choice with where it stands.</summary>
    public IEnumerable<(string Kind, string Board, string Name, string Choice)> Flat() =>
        from kind in Kinds from board in kind.Value from name in board.Value select (kind.Key, board.Key, name.Key, name.Value);

    /// <summary>The maps alone, without a member around them.</summary>
    private sealed class Converter : JsonConverter<StatusChoices>
    {
        public override StatusChoices Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>>>(ref reader, options)
                ?? throw new JsonException("A map of choices is missing."));

        public override void Write(Utf8JsonWriter writer, StatusChoices value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Kinds, options);
    }
}
