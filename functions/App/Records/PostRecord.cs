using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Records;

/// <summary>Takes a record from another system, runs it through the flow and answers what became of it.</summary>
public sealed class PostRecord(RecordsGate gate, RecordWork work)
{
    public const string Route = "flows/{flow}/records";

    private const int MaxBytes = 256 * 1024;
    private const int MaxKeyLength = 255;

    [Function(nameof(PostRecord))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request, string flow, CancellationToken cancellation)
    {
        var admitted = await gate.AdmitAsync(request, flow, cancellation);
        if (!request.HasJsonContentType()) throw JsonBody.Invalid("The body must be JSON, with the content type application/json.", "#");
        var body = await RequestBytes.ReadAsync(request, MaxBytes, cancellation);
        return await work.TakeAsync(admitted, body, IdempotencyKey(request), cancellation);
    }

    /// <summary>The draft writes it as a quoted string; most callers do not.</summary>
    private static string? IdempotencyKey(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var header)) return null;
        var key = header.ToString().Trim().Trim('"');
        return key.Length is > 0 and <= MaxKeyLength ? key : throw new ProblemException(ProblemType.InvalidRequest, $"An Idempotency-Key has 1 to {MaxKeyLength} characters.");
    }
}
