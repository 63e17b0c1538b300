using System.Collections.Immutable;
using SyncFunctions.State;

namespace SyncFunctions.App.Audit;

/// <param name="What">The name of what was done, by which the list is filtered.</param>
/// <param name="Text">The same for people, after the name of who did it.</param>
/// <param name="Status">Of the answer; from 400 on it was not allowed, with 401 for want of the password.</param>
/// <param name="Target">What it was done to: ids by what they are of.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record AuditView(
    DateTimeOffset At, AuditWho Who, string What, string Text, int Status, ImmutableSortedDictionary<string, string> Target, ImmutableArray<AuditChange> Changes, string? Address)
{
    public static AuditView Of(AuditEntry entry) => new(
        entry.At, entry.Who, entry.What, AuditText.Of(entry.What, entry.Status), entry.Status, entry.Target, entry.Changes, entry.Address);
}

/// <param name="Things">All that can be done, by its name, in words.</param>
public sealed record AuditListView(IReadOnlyList<AuditView> Items, string? Continuation, ImmutableSortedDictionary<string, string> Things)
{
    public static AuditListView Of(Page<AuditEntry> page) => new([.. page.Items.Select(AuditView.Of)], page.Continuation, AuditText.All);
}
