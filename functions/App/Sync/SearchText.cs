using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Sync;

/// <summary>What a person types to find a record: its id, or a part of its name. Accents, letter case and the order of words do not matter.</summary>
internal sealed class SearchText(string text)
{
    private readonly ImmutableArray<string> _words = PlainText.Words(text);

    public bool Finds(string? id, string label)
    {
        if (id == text || label.Contains(text, StringComparison.OrdinalIgnoreCase)) return true;
        var name = PlainText.Words(label);
        return !_words.IsEmpty && _words.All(word => name.Any(part => part.Contains(word, StringComparison.Ordinal)));
    }

    public bool Finds(Link link) => Sides.Both.Any(side => link.IdOn(side) is { } id && Finds(id, link.LabelOn(side)));
}
