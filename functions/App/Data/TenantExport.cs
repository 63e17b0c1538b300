using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>
/// All that is stored of a tenant as a zip file, written as it is read, so that it takes no memory however much it is: a file for each kind
/// of thing, with one line of JSON for each, and at last a list of what there is and of what was left out.
/// </summary>
public sealed class TenantExport(Tenant tenant, TenantHoldings holdings, DateTimeOffset now) : IActionResult
{
    public const string MediaType = "application/zip";

    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    private static readonly ReadOnlyMemory<byte> NewLine = "\n"u8.ToArray();

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (response, cancellation) = (context.HttpContext.Response, context.HttpContext.RequestAborted);
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"{tenant.Id}-{now:yyyy-MM-dd}.zip\"";
        await WriteAsync(response.Body, cancellation);
    }

    internal async Task WriteAsync(Stream target, CancellationToken cancellation)
    {
        var (files, leftOut) = (new JsonArray(), new JsonArray());
        await using var awaited = new AwaitedWrites(target);
        await using var zip = await ZipArchive.CreateAsync(awaited, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        foreach (var holding in holdings.InTables.Where(IsShown))
        {
            var count = 0;
            await using (var file = await OpenAsync($"{holding.Name}.ndjson"))
            {
                await foreach (var row in holdings.ReadAsync(holding, tenant.Id, cancellation))
                {
                    await JsonSerializer.SerializeAsync(file, row, Json.Options, cancellation);
                    await file.WriteAsync(NewLine, cancellation);
                    count++;
                }
            }

            files.Add(new JsonObject { ["name"] = $"{holding.Name}.ndjson", ["what"] = holding.What, ["count"] = count });
        }

        foreach (var holding in holdings.InBlobs.Where(IsShown))
        {
            var count = 0;
            await foreach (var (name, content) in holdings.OpenAsync(holding, tenant.Id, cancellation))
            {
                await using var source = content;
                await using var file = await OpenAsync($"{holding.Name}/{name}.json");
                await source.CopyToAsync(file, cancellation);
                count++;
            }

            files.Add(new JsonObject { ["name"] = $"{holding.Name}/", ["what"] = holding.What, ["count"] = count });
        }

        await using var manifest = await OpenAsync("manifest.json");
        await JsonSerializer.SerializeAsync(
            manifest,
            new JsonObject { ["tenant"] = tenant.Id.Value, ["name"] = tenant.Name, ["at"] = now, ["files"] = files, ["leftOut"] = leftOut },
            Readable,
            cancellation);

        Task<Stream> OpenAsync(string name) => zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellation);

        bool IsShown(Holding holding)
        {
            if (holding.WhyNotShown is { } why) leftOut.Add(new JsonObject { ["name"] = holding.Name, ["what"] = holding.What, ["why"] = why });
            return holding.WhyNotShown is null;
        }
    }
}
