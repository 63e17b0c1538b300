using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>What dry runs would do: a blob a page, so that a page that is planned again takes its own place.</summary>
public sealed class PlanStore(StateTables tables)
{
    /// <param name="page">Pages are read in the order of their names.</param>
    public Task PutPageAsync(FlowKey flow, RunId run, string page, IReadOnlyList<PlanLine> lines, CancellationToken cancellation) =>
        tables.Plans.GetBlobClient(Keys.PlanPage(flow, run, page)).UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(lines, StateJson.Options)), overwrite: true, cancellation);

    /// <summary>The names of the pages that begin like this.</summary>
    public async IAsyncEnumerable<string> PagesAsync(FlowKey flow, RunId run, string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folder = Keys.PlanRun(flow, run);
        await foreach (var blob in tables.Plans.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder + prefix, cancellation)) yield return blob.Name[folder.Length..];
    }

    public async Task<IReadOnlyList<PlanLine>> ReadAsync(FlowKey flow, RunId run, string page, CancellationToken cancellation)
    {
        var content = await tables.Plans.GetBlobClient(Keys.PlanPage(flow, run, page)).DownloadContentAsync(cancellation);
        return JsonSerializer.Deserialize<IReadOnlyList<PlanLine>>(content.Value.Content.ToMemory().Span, StateJson.Options) ?? [];
    }

    /// <summary>Lines in the order in which a run would come to them.</summary>
    /// <param name="effectsOnly">Leaves out what would change nothing in either system, nor link two records.</param>
    public async Task<Page<PlanLine>> ListAsync(FlowKey flow, RunId run, string? continuation, int max, CancellationToken cancellation, bool effectsOnly = false)
    {
        var (after, skip) = Position(continuation);
        var lines = new List<PlanLine>();
        await foreach (var page in PagesAsync(flow, run, "", cancellation))
        {
            if (after is not null && string.CompareOrdinal(page, after) < 0) continue;
            var start = page == after ? skip : 0;
            var read = await ReadAsync(flow, run, page, cancellation);
            for (var i = start; i < read.Count; i++)
            {
                if (effectsOnly && !read[i].IsEffect) continue;
                lines.Add(read[i]);
                if (lines.Count == max) return new(lines, $"{page}:{i + 1}");
            }
        }

        return new(lines, null);
    }

    /// <summary>Takes away the plans that were kept before that time.</summary>
    public async Task RemoveBeforeAsync(FlowKey flow, DateTimeOffset before, CancellationToken cancellation)
    {
        await foreach (var blob in tables.Plans.GetBlobsAsync(BlobTraits.None, BlobStates.None, Keys.PlansOf(flow), cancellation))
        {
            if (blob.Properties.LastModified < before) await tables.Plans.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellation);
        }
    }

    /// <summary>The continuation comes back from outside: what is none begins anew.</summary>
    private static (string? Page, int Skip) Position(string? continuation) =>
        continuation?.Split(':') is [var page, var number] && int.TryParse(number, out var skip) && skip >= 0 ? (page, skip) : (null, 0);
}
