using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>
/// Where a walk through the list stands. Offsets lead through it, whose pages overlap by one row: members that were changed while we
/// walk move to the end and pull the rest up. Where the time has moved on far enough the walk begins anew from there, since vendors are slow at large offsets.
/// </summary>
/// <param name="Since">Only members that were changed at or after this time.</param>
internal sealed record MailchimpWalk(DateTimeOffset? Since)
{
    public int Offset { get; init; }

    /// <summary>The walk through the archived members, which follows that through all others.</summary>
    public bool Archived { get; init; }

    /// <summary>The last row of the page before, which the next page must begin with.</summary>
    public string? LastId { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    /// <summary>How often the walk began again at <see cref="Since"/> without getting further.</summary>
    public int Restarts { get; init; }

    /// <summary>Takes a page; false where rows have moved, so that it is not the one that follows.</summary>
    public bool TryTake(ImmutableArray<Record> page, int total, int size, out ImmutableArray<Record> rows, out MailchimpWalk? next)
    {
        (rows, next) = (page, null);
        if (LastId is { } lastId)
        {
            if (page is not [var first, ..] || first.Id != lastId)
                return false;
            rows = page.RemoveAt(0);
        }

        if (rows.IsEmpty || Offset + page.Length >= total)
            return true;
        var (last, from) = (rows[^1].Modified, rows[^1].Modified?.AddSeconds(-1));
        next = (Since is null || last > Since) && from is not null && page.Count(row => row.Modified >= from) <= size / 10
            ? new MailchimpWalk(last) { Archived = Archived }
            : this with { Offset = Offset + page.Length - 1, LastId = rows[^1].Id, LastModified = last };
        return true;
    }
}
