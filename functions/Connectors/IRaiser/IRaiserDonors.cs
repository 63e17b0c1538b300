using System.Collections.Concurrent;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>
/// The donors of one connection as far as its lists have shown them, each by the newest of what they gave. iRaiser cannot be asked for a
/// donor; without this memory an old donation that is refunded would bring an old address back.
/// </summary>
internal sealed class IRaiserDonors
{
    /// <summary>Some hundred megabytes.</summary>
    private const int MaxKept = 200_000;

    private readonly ConcurrentDictionary<string, IRaiserDonor> _byId = new();

    /// <summary>Held by whoever brings this up to date.</summary>
    public CallGate Reading { get; } = new(1);

    /// <summary>Everything was read, up to this time of change by the vendor's clock; null before that.</summary>
    public DateTimeOffset? CompleteUntil { get; private set; }

    /// <summary>When this was last brought up to date, by our clock.</summary>
    public DateTimeOffset ReadAt { get; private set; }

    public IRaiserDonor? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>True if nothing newer is known of the donor.</summary>
    public bool Note(IRaiserDonor donor)
    {
        if (_byId.Count >= MaxKept && !_byId.ContainsKey(donor.Record.Id))
        {
            _byId.Clear();
            CompleteUntil = null;
        }

        var known = _byId.AddOrUpdate(donor.Record.Id, donor, (_, old) => IsNewer(donor, old) ? donor : old);
        return ReferenceEquals(known, donor);
    }

    /// <param name="newest">The latest change of all that was read.</param>
    public void Read(DateTimeOffset newest, DateTimeOffset now) => (CompleteUntil, ReadAt) = (newest, now);

    /// <summary>Of two that were given at the same time, or are the same, the one that was changed later.</summary>
    private static bool IsNewer(IRaiserDonor donor, IRaiserDonor old) =>
        donor.Given != old.Given ? donor.Given > old.Given : (donor.Record.Modified ?? donor.Given) >= (old.Record.Modified ?? old.Given);
}
