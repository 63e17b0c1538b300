using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A record that a sweep saw, and the hash of its content.</summary>
public readonly record struct SweepRow(string Id, string Hash);

/// <summary>What sweeps saw, page by page: one blob a page, so that a sweep resumes where it was.</summary>
public sealed class SweepStore(StateTables tables)
{
    private const string CountName = "count";

    private BlobContainerClient Container => tables.Sweeps;

    /// <summary>Stores a page; the same page again takes its place.</summary>
    public Task AppendPageAsync(
        FlowKey flow, RunId run, string kind, Side side, int page, IReadOnlyList<SweepRow> rows, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        foreach (var row in rows) text.Append(Keys.Escape(row.Id)).Append('\t').Append(Keys.Escape(row.Hash)).Append('\n');
        var options = new BlobUploadOptions { Metadata = new Dictionary<string, string> { [CountName] = rows.Count.ToString() } };
        var blob = Container.GetBlobClient(Keys.SweepPage(flow, run, kind, side, page));
        return blob.UploadAsync(BinaryData.FromString(text.ToString()), options, cancellation);
    }

    /// <summary>All rows in the order of the pages. A record that moved while the sweep walked may come twice.</summary>
    public async IAsyncEnumerable<SweepRow> ReadAsync(
        FlowKey flow, RunId run, string kind, Side side, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in PagesAsync(flow, run, kind, side, cancellation))
        {
            var content = await Container.GetBlobClient(page.Name).DownloadContentAsync(cancellation);
            using var reader = new StreamReader(content.Value.Content.ToStream());
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                var tab = line.IndexOf('\t');
                yield return new SweepRow(Keys.Unescape(line[..tab]), Keys.Unescape(line[(tab + 1)..]));
            }
        }
    }

    /// <summary>All rows as a set to ask: 24 bytes a record.</summary>
    public async Task<SweepSet> LoadAsync(FlowKey flow, RunId run, string kind, Side side, CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var page in PagesAsync(flow, run, kind, side, cancellation)) count += int.Parse(page.Metadata[CountName]);
        var set = new SweepSet(count);
        await foreach (var row in ReadAsync(flow, run, kind, side, cancellation)) set.Add(row);
        set.Sort();
        return set;
    }

    public async Task DeleteRunAsync(FlowKey flow, RunId run, CancellationToken cancellation)
    {
        await foreach (var page in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Keys.SweepRun(flow, run), cancellation))
            await Container.GetBlobClient(page.Name).DeleteIfExistsAsync(cancellationToken: cancellation);
    }

    private IAsyncEnumerable<BlobItem> PagesAsync(FlowKey flow, RunId run, string kind, Side side, CancellationToken cancellation) =>
        Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, Keys.SweepPages(flow, run, kind, side), cancellation);
}

/// <summary>The records of one side of a sweep, kept as hashes: 128 bits of each id, 64 of its content.</summary>
public sealed class SweepSet
{
    private UInt128[] _ids;
    private ulong[] _contents;

    internal SweepSet(int capacity)
    {
        _ids = new UInt128[capacity];
        _contents = new ulong[capacity];
    }

    /// <summary>Rows, of which some may be the same record.</summary>
    public int Count { get; private set; }

    public bool Contains(string id) => Find(id) >= 0;

    /// <summary>Whether the record was seen with this content.</summary>
    public bool Contains(string id, string hash)
    {
        var found = Find(id);
        if (found < 0) return false;
        var content = ContentKey(hash);
        while (found > 0 && _ids[found - 1] == _ids[found]) found--;
        for (var key = _ids[found]; found < Count && _ids[found] == key; found++)
            if (_contents[found] == content) return true;
        return false;
    }

    internal void Add(SweepRow row)
    {
        // A page that was written again since the pages were counted may be longer.
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count + 1024);
            Array.Resize(ref _contents, Count + 1024);
        }

        (_ids[Count], _contents[Count]) = (IdKey(row.Id), ContentKey(row.Hash));
        Count++;
    }

    internal void Sort() => Array.Sort(_ids, _contents, 0, Count);

    private int Find(string id) => Array.BinarySearch(_ids, 0, Count, IdKey(id));

    private static UInt128 IdKey(string id) => MemoryMarshal.Read<UInt128>(SHA256.HashData(MemoryMarshal.AsBytes(id.AsSpan())));

    private static ulong ContentKey(string hash) => MemoryMarshal.Read<ulong>(SHA256.HashData(MemoryMarshal.AsBytes(hash.AsSpan())));
}
