using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

public sealed record TeamMember(string Id, string Name, string? Email, bool IsActive);

public sealed record TeamMatch(string LeftId, string? RightId);

public sealed record TeamSuggestion(string LeftId, string RightId, ImmutableArray<string> Reasons);

/// <summary>Who signed in, as far as the vendor tells, and whether that person is matched.</summary>
public sealed record SignedInUser(Side Side, string? Id, string? Name, string? Email)
{
    /// <summary>The same text every time the same person signs in.</summary>
    public string Key => $"{(Side == Side.Left ? 'l' : 'r')}:{Id ?? Email}";

    /// <summary>The person in a list of the same side: by id, otherwise by address.</summary>
    public TeamMember? In(IEnumerable<TeamMember> members) =>
        members.FirstOrDefault(member => member.Id == Id)
        ?? members.FirstOrDefault(member => Email is { Length: > 0 } && string.Equals(member.Email, Email, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The people of both systems and how they belong together.</summary>
public sealed record Team(ImmutableArray<TeamMember> Left, ImmutableArray<TeamMember> Right, ImmutableArray<TeamMatch> Matches)
{
    public ImmutableArray<TeamMember> On(Side side) => side == Side.Left ? Left : Right;

    public static TeamMember Member(Record record) => new(
        record.Id,
        record.Label,
        record.Fields.Find("email") is { IsBlank: false } email ? email.ToString() : null,
        record.Fields.Find(KindMap.Lifecycle) != KindMap.Archived);

    /// <summary>Pairs of people who are not matched yet and share what the kind matches by; nobody is suggested twice.</summary>
    public static ImmutableArray<TeamSuggestion> Suggest(KindMap kind, IEnumerable<Record> left, IEnumerable<Record> right, IReadOnlyCollection<TeamMatch> matches)
    {
        var taken = matches.Select(match => match.RightId).ToHashSet();
        ImmutableArray<Record> open = [.. right.Where(record => !taken.Contains(record.Id))];
        var suggestions = ImmutableArray.CreateBuilder<TeamSuggestion>();
        foreach (var record in left.Where(record => matches.All(match => match.LeftId != record.Id)))
        {
            if (Matching.Find(kind, record, open, out var rule) is not [var only]) continue;
            suggestions.Add(new TeamSuggestion(record.Id, only.Id, [.. rule!.Fields.Select(field => $"same {field}")]));
            open = open.Remove(only);
        }

        return suggestions.ToImmutable();
    }

    /// <summary>Whether a person is matched by what is stored with <paramref name="changes"/> over it.</summary>
    public bool IsMatched(SignedInUser user, IReadOnlyCollection<TeamMatch> changes)
    {
        if (user.In(On(user.Side)) is not { } person) return false;
        var changed = changes.Select(change => change.LeftId).ToHashSet();
        return Matches.Where(match => !changed.Contains(match.LeftId)).Concat(changes)
            .Any(match => match.RightId is not null && person.Id == (user.Side == Side.Left ? match.LeftId : match.RightId));
    }
}
