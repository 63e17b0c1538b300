using Azure;
using Azure.Data.Tables;

namespace SyncFunctions.State;

/// <summary>Counts guesses of a secret, so that many of them take long, however many are made at once.</summary>
public sealed class GuessStore(StateTables tables, IdSource ids, TimeProvider time)
{
    private const string Purpose = "guess";

    /// <summary>After so long without one, guesses are forgotten.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    /// <summary>Counts a guess before it is looked at: of many at the same time, each counts.</summary>
    /// <param name="of">An account, or an address.</param>
    /// <param name="free">So many cost nothing; then each waits twice as long as the one before.</param>
    /// <param name="most">The longest wait.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>Null where the guess may be looked at, otherwise when the next may.</returns>
    public async Task<DateTimeOffset?> CountAsync(string of, int free, TimeSpan most, CancellationToken cancellation)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var (inserted, existing) = await tables.Lookups.InsertOrReadAsync(ToRow(of, 1, now, now), cancellation);
            if (inserted is not null) return null;
            if (existing is null) continue;
            var count = existing.Time("ExpiresAt") <= now ? 0 : existing.Number("Count");
            if (count > 0 && existing.Time("NextAt") > now) return existing.Time("NextAt");
            var wait = count + 1 < free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(most.TotalSeconds, Math.Pow(2, count + 1 - free)));
            if (await tables.Lookups.ReplaceAsync(ToRow(of, count + 1, now + wait, now), existing.ETag, cancellation) is not null) return null;
        }
    }

    /// <summary>It was no guess.</summary>
    public async Task ForgetAsync(string of, CancellationToken cancellation) =>
        await tables.Lookups.DeleteAsync(Keys.Lookup(Purpose, of), Keys.LookupRow, ETag.All, cancellation);

    /// <summary>One of those that were counted was no guess.</summary>
    public async Task TakeBackAsync(string of, CancellationToken cancellation)
    {
        while (await tables.Lookups.GetAsync(Keys.Lookup(Purpose, of), Keys.LookupRow, cancellation) is { } row)
        {
            var now = time.GetUtcNow();
            if (await tables.Lookups.ReplaceAsync(ToRow(of, Math.Max(0, row.Number("Count") - 1), now, now), row.ETag, cancellation) is not null) return;
        }
    }

    // The stamp makes two guesses of the same moment two writes: each counts.
    private TableEntity ToRow(string of, int count, DateTimeOffset nextAt, DateTimeOffset now) => Row.New(Keys.Lookup(Purpose, of), Keys.LookupRow)
        .Put("Count", (int?)count)
        .Put("NextAt", nextAt)
        .Put("ExpiresAt", now + KeptFor)
        .Put("Stamp", ids.NewStamp());
}
