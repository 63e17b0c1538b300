using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>How a tenant's flows have fared for a day: counts, and names of what is ours.</summary>
/// <param name="Connections">Those that somebody has to sign in to again.</param>
internal sealed record Digest(DateTimeOffset From, DateTimeOffset To, ImmutableArray<FlowDigest> Flows, ImmutableArray<ConnectionDigest> Connections)
{
    /// <summary>Nothing that is worth a mail.</summary>
    public bool IsQuiet => Connections.IsEmpty && Flows.All(flow => flow.IsQuiet);

    public string Title => Flows.Count(flow => flow.Needs.Length > 0) + Connections.Length is > 0 and var open
        ? $"Your day: {open} {(open == 1 ? "thing needs" : "things need")} somebody"
        : "Your day: all is in step";

    public static Digest? Of(Notice notice) =>
        notice.Facts.TryGetValue(NoticeFact.Digest, out var json) ? JsonSerializer.Deserialize<Digest>(json, StateJson.Options) : null;

    public (string Name, string Value) Fact() => (NoticeFact.Digest, JsonSerializer.Serialize(this, StateJson.Options));

    /// <summary>The notice as somebody gets it who is only told of some flows.</summary>
    /// <returns>Null where nothing is left of it.</returns>
    public static Notice? Cut(Notice notice, Predicate<FlowId> isTold)
    {
        if (Of(notice) is not { } digest) return notice;
        var flows = digest.Flows.RemoveAll(flow => !isTold(new FlowId(flow.Flow)));
        var cut = digest with { Flows = flows, Connections = digest.Connections.RemoveAll(connection => connection.Flows.Length > 0 && !connection.Flows.Any(flow => isTold(new FlowId(flow)))) };
        return flows.IsEmpty && cut.Connections.IsEmpty && !digest.Flows.IsEmpty ? null : notice with { Facts = notice.Facts.SetItem(NoticeFact.Digest, cut.Fact().Value) };
    }

    public ImmutableArray<string> Words() =>
    [
        .. Connections.Select(connection => $"{connection.System} ({connection.Name}) has to be connected again."),
        .. Flows.Select(flow => flow.Words()),
        $"From {From.UtcDateTime:yyyy-MM-dd HH:mm} to {To.UtcDateTime:yyyy-MM-dd HH:mm} UTC.",
    ];
}

/// <param name="ToLeft">Changes that went over to the left side.</param>
/// <param name="Held">Changes that wait for the end of a lock.</param>
/// <param name="Waiting">Records that are tried again by themselves, or wait for another.</param>
/// <param name="GivenUp">Records that wait for a person.</param>
/// <param name="Unmatched">Records that nobody has matched, found since; not those of before.</param>
/// <param name="Needs">For what it needs somebody, in words; empty where it is in step.</param>
/// <param name="Since">Since when it needs somebody.</param>
internal sealed record FlowDigest(string Flow, string Name, bool Enabled, int ToLeft, int ToRight, string Left, string Right, int Conflicts, int Held, int Waiting, int GivenUp, int Unmatched, string Needs, DateTimeOffset? Since)
{
    public bool IsQuiet => ToLeft + ToRight + Conflicts + Held + GivenUp + Unmatched == 0 && Needs.Length == 0;

    public string Words()
    {
        var state = !Enabled ? "switched off" : Needs.Length == 0 ? "in step" : $"needs somebody{(Since is { } since ? $" since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")}: {Needs}";
        var counts = new[] { (ToRight, $"went over to {Right}"), (ToLeft, $"went over to {Left}"), (Conflicts, "changed on both sides"), (Held, "held by a lock"), (Waiting, "tried again by themselves"), (GivenUp, "given up"), (Unmatched, "without a counterpart") };
        return $"{NoticeText.OneLine(Name)}: {state}. {string.Join(", ", counts.Where(count => count.Item1 > 0).Select(count => $"{NoticeText.Number(count.Item1)} {count.Item2}").DefaultIfEmpty("Nothing changed"))}.";
    }
}

/// <param name="Flows">That go through it.</param>
internal sealed record ConnectionDigest(string Connection, string Name, string System, ImmutableArray<string> Flows);
