using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Records;

/// <summary>Takes a record from another system, runs it through the flow and answers what became of it.</summary>
public sealed class PostRecord(RecordsGate gate, RecordWork work)
{
    public const string Route = "flows/{flow}/records";

    private const int MaxBytes = 256 * 1024;

    [Function(nameof(PostRecord))]
    [Open("The flow's own key.")]
    [Answers(typeof(RecordAnswer))]
    [Answers(StatusCodes.Status202Accepted, typeof(RecordAnswer))]
    [Takes(typeof(RecordPost.Body))]
    [Refuses("key-refused", "not-connected", "too-many-requests", "vendor-refused", "vendor-unavailable")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request, string flow, CancellationToken cancellation)
    {
        var admitted = await gate.AdmitAsync(request, flow, cancellation);
        if (!request.HasJsonContentType()) throw JsonBody.Invalid("The body must be JSON, with the content type application/json.", "#");
        var body = await RequestBytes.ReadAsync(request, MaxBytes, cancellation);
        return await work.TakeAsync(admitted, body, IdempotencyMiddleware.KeyOf(request), cancellation);
    }
}
