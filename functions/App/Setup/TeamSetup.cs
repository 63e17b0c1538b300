using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed record TeamView(
    ImmutableArray<TeamMember> Left,
    ImmutableArray<TeamMember> Right,
    ImmutableArray<TeamMatch> Matches,
    ImmutableArray<TeamSuggestion> Suggestions,
    SignedInUser? SignedInUser,
    bool SignedInUserMatched);

/// <summary>The step in which a person says who in one system is who in the other.</summary>
public sealed class TeamSetup(SetupState state, FlowContexts contexts, LinkStore links, ManualTools tools, TimeProvider time)
{
    private const int PageSize = 1000;

    public async Task<TeamView> ViewAsync(LoadedSetup setup, CancellationToken cancellation)
    {
        var (team, left, right) = await ReadAsync(setup, cancellation);
        return new TeamView(
            team.Left,
            team.Right,
            team.Matches,
            Team.Suggest(KindOf(setup), left, right, team.Matches),
            setup.SignedIn,
            setup.SignedIn is not { } user || team.IsMatched(user, []));
    }

    /// <summary>Links who is matched, and remembers for whom the import is to create a counterpart.</summary>
    /// <exception cref="ProblemException">A match names nobody, or the signed-in person would not be matched: nothing is linked then.</exception>
    public async Task<LoadedSetup> SaveAsync(LoadedSetup setup, ImmutableArray<TeamMatch> matches, CancellationToken cancellation)
    {
        var (team, _, _) = await ReadAsync(setup, cancellation);
        Check(team, matches);
        if (setup.SignedIn is { } user && !team.IsMatched(user, matches))
        {
            throw new ProblemException(
                ProblemType.SignedInUserUnmatched,
                user.In(team.On(user.Side)) is { } person
                    ? $"{person.Name} signed in and must be matched before the setup goes on."
                    : $"{user.Name ?? user.Email} signed in but is not among the people of that system.");
        }

        var kind = KindOf(setup);
        foreach (var match in matches.Where(match => match.RightId is not null && !team.Matches.Contains(match)))
        {
            await FreeAsync(setup, kind, match.LeftId, match.RightId!, cancellation);
            var result = await tools.LinkAsync(setup.Flow.Key, kind.Name, match.LeftId, match.RightId!, cancellation);
            if (!result.Done) throw new ProblemException(ProblemType.CannotLink, $"{NameOf(team, match.LeftId)} could not be matched: {result.Detail}");
        }

        var mentioned = matches.Select(match => match.LeftId).ToHashSet();
        return await state.SaveAsync(setup, setup.Document with
        {
            TeamSavedAt = time.GetUtcNow(),
            MatchedUser = setup.SignedIn?.Key,
            WithoutCounterpart =
            [
                .. setup.Document.WithoutCounterpart.Where(id => !mentioned.Contains(id)),
                .. matches.Where(match => match.RightId is null).Select(match => match.LeftId),
            ],
        }, cancellation);
    }

    /// <summary>A match that somebody corrects ends the one it takes the place of.</summary>
    private async Task FreeAsync(LoadedSetup setup, KindMap kind, string leftId, string rightId, CancellationToken cancellation)
    {
        var scope = setup.Flow.Links(kind);
        var left = await links.FindAsync(scope, Side.Left, [leftId], cancellation);
        var right = await links.FindAsync(scope, Side.Right, [rightId], cancellation);
        foreach (var link in left.Values.Concat(right.Values).Where(entry => !entry.Value.Tombstone).Select(entry => entry.Value.Link).OfType<LinkId>().Distinct())
        {
            var result = await tools.UnlinkAsync(setup.Flow.Key, kind.Name, link, cancellation);
            if (!result.Done) throw new ProblemException(ProblemType.CannotLink, result.Detail);
        }
    }

    private static void Check(Team team, ImmutableArray<TeamMatch> matches)
    {
        var check = new BodyCheck();
        var left = team.Left.Select(member => member.Id).ToHashSet();
        var right = team.Right.Select(member => member.Id).ToHashSet();
        for (var i = 0; i < matches.Length; i++)
        {
            var match = matches[i];
            check
                .When(!left.Remove(match.LeftId), $"#/matches/{i}/leftId", team.Left.Any(member => member.Id == match.LeftId) ? "This person is there twice." : "There is no such person.")
                .When(match.RightId is { } id && !right.Remove(id), $"#/matches/{i}/rightId", team.Right.Any(member => member.Id == match.RightId) ? "This person is there twice." : "There is no such person.")
                .When(match.RightId is null && team.Matches.Any(known => known.LeftId == match.LeftId), $"#/matches/{i}/rightId", "This person is matched already: unlink the two first.");
        }

        check.Refuse();
    }

    private async Task<(Team Team, IReadOnlyList<Record> Left, IReadOnlyList<Record> Right)> ReadAsync(LoadedSetup setup, CancellationToken cancellation)
    {
        var kind = KindOf(setup);
        var flow = await contexts.LoadAsync(setup.Flow.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var left = ListAsync(flow, kind, Side.Left, cancellation);
        var right = ListAsync(flow, kind, Side.Right, cancellation);
        var team = new Team([.. (await left).Select(Team.Member)], [.. (await right).Select(Team.Member)], await MatchesAsync(setup, kind, cancellation));
        return (team, await left, await right);
    }

    private static async Task<IReadOnlyList<Record>> ListAsync(FlowContext flow, KindMap kind, Side side, CancellationToken cancellation)
    {
        var context = flow.On(side);
        var records = new Dictionary<string, Record>();
        for (var request = new ListRequest(); ;)
        {
            var page = (await context.ListAsync(kind, request, cancellation)).Require(context.Connector.Catalog);
            foreach (var record in page.Records) records[record.Id] = kind.Project(side, record, flow.Settings);
            if (page.NextPage is not { } next) return [.. records.Values.OrderBy(record => record.Label, StringComparer.OrdinalIgnoreCase)];
            request = request with { PageToken = next };
        }
    }

    private async Task<ImmutableArray<TeamMatch>> MatchesAsync(LoadedSetup setup, KindMap kind, CancellationToken cancellation)
    {
        var matches = ImmutableArray.CreateBuilder<TeamMatch>();
        string? after = null;
        do
        {
            var page = await links.LinksAsync(setup.Flow.Links(kind), after, PageSize, cancellation);
            matches.AddRange(page.Items
                .Where(link => link.Value is { State: LinkState.Active, LeftId: not null, RightId: not null })
                .Select(link => new TeamMatch(link.Value.LeftId!, link.Value.RightId)));
            after = page.Continuation;
        }
        while (after is not null);
        return matches.ToImmutable();
    }

    private static KindMap KindOf(LoadedSetup setup) => setup.Flow.Pair.Kind(setup.Flow.Pair.TeamKind!);

    private static string NameOf(Team team, string leftId) => team.Left.First(member => member.Id == leftId).Name;
}
