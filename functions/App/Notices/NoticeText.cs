using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A notice in words.</summary>
/// <param name="Type">As webhooks name it.</param>
/// <param name="Page">Where the dashboard shows more, below its own address.</param>
internal sealed partial record NoticeText(string Type, string Title, ImmutableArray<string> Lines, string Page)
{
    /// <summary>The facts of what was gathered, by kind.</summary>
    public static IEnumerable<(string Name, string Value)> Counted(IReadOnlyDictionary<string, int> kinds) =>
        [(NoticeFact.Count, Number(kinds.Values.Sum())), (NoticeFact.Kinds, string.Join(", ", kinds.Select(kind => $"{kind.Value} × {kind.Key}")))];

    /// <param name="notice">What is told.</param>
    /// <param name="tenant">Its name.</param>
    /// <param name="flow">Its name; empty where the notice is of none.</param>
    public static NoticeText Of(Notice notice, string tenant, string flow)
    {
        var home = $"#/t/{notice.Tenant}";
        var page = notice.Flow is { } id ? $"{home}/f/{id}" : home;
        return notice.Event switch
        {
            NoticeEvent.ImportFinished when Fact(NoticeFact.Problem) is { Length: > 0 } problem => new("import.stopped", $"The import of {flow} stopped", [problem, "What was done stays done: begin it again once the cause is mended."], $"{page}/runs/{Fact(NoticeFact.Run)}"),
            NoticeEvent.ImportFinished => new("import.finished", $"The import of {flow} is complete", [$"{Fact(NoticeFact.Done)} records were looked at: {Fact(NoticeFact.Created)} created, {Fact(NoticeFact.Updated)} updated, {Fact(NoticeFact.Linked)} linked, {Fact(NoticeFact.Failed)} failed."], $"{page}/runs/{Fact(NoticeFact.Run)}"),
            NoticeEvent.ReconnectNeeded => new("connection.reconnect_needed", $"{Fact(NoticeFact.System)} has to be connected again", [$"The connection {Fact(NoticeFact.Name)} is no longer accepted: {Fact(NoticeFact.Reason)}", "Nothing flows through it until somebody signs in again; changes made meanwhile come over afterwards."], $"{home}/connections/{Fact(NoticeFact.Connection)}"),
            NoticeEvent.MassDeleteRefused => new("records.mass_delete_refused", $"Many deletions of {flow} wait for you", [$"{Fact(NoticeFact.Kind)}: {Fact(NoticeFact.Reason)} Nothing was archived or deleted.", "Check that the connected users may still see all records. If the records were meant to vanish, confirm it; otherwise dismiss it."], page),
            NoticeEvent.Conflict => new("records.conflict", $"{Counting("conflict")} in {flow}", [$"Changed on both sides: {Fact(NoticeFact.Kinds)}.", "Both values are kept; where the wrong one won, restore the other."], $"{page}/conflicts"),
            NoticeEvent.DeadLetter => new("records.dead_letter", $"{Counting("record")} of {flow} could not be brought over", [$"Given up: {Fact(NoticeFact.Kinds)}.", "The list says why. Correct what it names, then take them up again."], $"{page}/work"),
            NoticeEvent.KeyChanged when Fact(NoticeFact.Yours) is { Length: > 0 } yours => new("access.yours_changed", yours, [$"Done by {Fact(NoticeFact.Who)}{(Fact(NoticeFact.From) is { Length: > 0 } from ? $", from the address {from}," : "")} on {notice.At.UtcDateTime:yyyy-MM-dd} at {notice.At.UtcDateTime:HH:mm} UTC.", Fact(NoticeFact.Advice)], "#/account"),
            NoticeEvent.KeyChanged => new("access.changed", $"{Fact(NoticeFact.What)}", [$"Done by {Fact(NoticeFact.Who)}{(flow.Length > 0 ? $" in the flow {flow}" : "")}.", "If nobody of you did this, take it back at once and look at the audit log."], notice.Flow is null ? $"{home}/people" : $"{page}/settings"),
            NoticeEvent.Test => new("notice.test", "This is a test", [$"{Fact(NoticeFact.Who)} tried whether notices of {tenant} arrive here. They do."], $"{home}/notices"),
            NoticeEvent.DailyDigest when Digest.Of(notice) is { } digest => new("digest.daily", digest.Title, digest.Words(), home),
            _ => throw new ArgumentException($"{notice.Event} is no notice of one kind of words.", nameof(notice)),
        };

        string Fact(string name) => notice.Facts.GetValueOrDefault(name, "");

        string Counting(string thing) => Fact(NoticeFact.Count) == "1" ? $"1 {thing}" : $"{Fact(NoticeFact.Count)} {thing}s";
    }

    public static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>A name that somebody chose, where a line break would begin something else.</summary>
    public static string OneLine(string text) => Unprintable().Replace(text, " ");

    [GeneratedRegex(@"\p{C}+", RegexOptions.None, 1000)]
    private static partial Regex Unprintable();
}
