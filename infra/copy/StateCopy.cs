using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using SyncFunctions.State;

namespace SyncFunctions.Copy;

/// <summary>
/// Copies all that the app keeps from one storage account to another: tables row by row, as they are, and blobs with their metadata. Messages
/// of queues are not copied: what each is about stands in a table, where the app finds it.
/// </summary>
public sealed class StateCopy(StateClients from, StateClients to, TextWriter output)
{
    // What the service takes in one transaction.
    private const int MaxRows = 100;
    private const int MaxBytes = 3_000_000;

    /// <exception cref="InvalidOperationException">There is something where the copy is to be, or nothing where it is from. No row was written.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var tables = new StateTables(to);
        var known = new List<string>();
        foreach (var name in tables.Names)
        {
            if (await IsThereAsync(() => TableOf(from, name).QueryAsync<TableEntity>(maxPerPage: 1, cancellationToken: cancellation).AnyAsync(cancellation).AsTask())) known.Add(name);
        }

        if (known.Count == 0) throw new InvalidOperationException($"There are no tables of the app where the copy is from. Give what its setting '{StateClients.Connection}' is there, and the prefix of what is a copy itself.");
        await tables.CreateAsync(cancellation);
        foreach (var name in tables.Names)
        {
            if (await TableOf(to, name).QueryAsync<TableEntity>(maxPerPage: 1, cancellationToken: cancellation).AnyAsync(cancellation))
                throw new InvalidOperationException($"The table '{to.Prefix}{name}' is not empty: a copy is made beside nothing else.");
        }

        foreach (var name in known) await output.WriteLineAsync($"{name}: {await CopyTableAsync(name, cancellation)} rows");
        foreach (var name in StateTables.Containers)
        {
            if (await IsThereAsync(() => from.Blobs.GetBlobContainerClient($"{from.Prefix}{name}").GetBlobsAsync(cancellationToken: cancellation).AnyAsync(cancellation).AsTask())) await output.WriteLineAsync($"{name}: {await CopyBlobsAsync(name, cancellation)} blobs");
        }
    }

    /// <summary>What a later version added is not there in a copy of an earlier one.</summary>
    private static async Task<bool> IsThereAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return false;
        }
    }

    private async Task<long> CopyTableAsync(string name, CancellationToken cancellation)
    {
        var (target, batch, bytes, copied) = (TableOf(to, name), new List<TableTransactionAction>(), 0L, 0L);
        await foreach (var row in TableOf(from, name).QueryAsync<TableEntity>(cancellationToken: cancellation))
        {
            var size = SizeOf(row);
            if (batch.Count > 0 && (batch.Count == MaxRows || bytes + size > MaxBytes || batch[0].Entity.PartitionKey != row.PartitionKey)) await SendAsync();
            batch.Add(new TableTransactionAction(TableTransactionActionType.Add, row));
            bytes += size;
        }

        if (batch.Count > 0) await SendAsync();
        return copied;

        async Task SendAsync()
        {
            await target.SubmitTransactionAsync(batch, cancellation);
            copied += batch.Count;
            batch.Clear();
            bytes = 0;
        }
    }

    private async Task<long> CopyBlobsAsync(string name, CancellationToken cancellation)
    {
        var (source, target, copied) = (from.Blobs.GetBlobContainerClient($"{from.Prefix}{name}"), to.Blobs.GetBlobContainerClient($"{to.Prefix}{name}"), 0L);
        await foreach (var blob in source.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix: null, cancellation))
        {
            var content = await source.GetBlobClient(blob.Name).DownloadContentAsync(cancellation);
            await target.GetBlobClient(blob.Name).UploadAsync(content.Value.Content, new BlobUploadOptions { Metadata = blob.Metadata }, cancellation);
            copied++;
        }

        return copied;
    }

    private static TableClient TableOf(StateClients clients, string name) => clients.Tables.GetTableClient($"{clients.Prefix}{name}");

    // As it is sent: JSON, with bytes in base64.
    private static long SizeOf(TableEntity row) =>
        200 + row.Sum(property => property.Key.Length + 60L + property.Value switch { string text => text.Length * 3L, byte[] bytes => bytes.Length * 4L / 3, _ => 40 });
}
