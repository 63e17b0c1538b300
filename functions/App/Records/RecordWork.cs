using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Records;

/// <summary>
/// Works on posted records: within a time limit, after which the work goes on without its caller, and once for each idempotency key. A crash in
/// the middle leaves a claim that ends by itself; whoever posts the record again then finds what it has come to.
/// </summary>
public sealed partial class RecordWork(FlowContexts contexts, RecordIntake intake, RecordSync records, RecordsPace pace, ClaimStore claims, AppSettings settings, TimeProvider time, ILogger<RecordWork> logger)
{
    /// <summary>Nothing is worked on for longer: every call to a vendor has an end, and there are few of them.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>As the draft for the header suggests, it is long enough for whoever was cut off to come back.</summary>
    public static readonly TimeSpan AnswerKeptFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Whoever else is at the record is done by then, or it is left to the work list.</summary>
    private const int MostTries = 8;

    private readonly TimeSpan _limit = settings.Records.TimeLimit;

    /// <param name="flow">That the caller has the key of.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="idempotencyKey">The caller's; null where it wants every request to be one of its own.</param>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    /// <exception cref="ProblemException">The body does not fit, the key belongs to another, or there is too much to do.</exception>
    public async Task<IActionResult> TakeAsync(Flow flow, ReadOnlyMemory<byte> body, string? idempotencyKey, CancellationToken cancellation)
    {
        var context = await contexts.LoadAsync(flow.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var post = RecordPost.Read(context, JsonBody.Parse<RecordPost.Body>(body.Span));
        var slot = pace.Enter(flow.Key);
        Task<RecordAnswer> work;
        try
        {
            var claim = idempotencyKey is null ? null : await ClaimAsync(flow.Key, idempotencyKey, Convert.ToHexStringLower(SHA256.HashData(body.Span)), cancellation);
            if (claim?.Value.Result is { } known)
            {
                slot.Dispose();
                return Json.Ok(JsonSerializer.Deserialize<RecordAnswer>(known, Json.Options)!);
            }

            work = Task.Run(() => RunAsync(context, post, claim, slot), CancellationToken.None);
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        try
        {
            return Json.Ok(await work.WaitAsync(_limit, time, cancellation));
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            return Json.Accepted(new RecordAnswer(RecordOutcome.Pending, [new RecordReason("pending", "It is still being done. Post the same again with the same Idempotency-Key to get the result.")]));
        }
    }

    /// <returns>Ours, or that of the same request, which has its result.</returns>
    private async Task<Versioned<Claim>?> ClaimAsync(FlowKey flow, string key, string bodyHash, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (claim, isMine) = await claims.TakeAsync(new Claim(flow, Claim.RecordCall(key), bodyHash, now + Longest + Margin, now + AnswerKeptFor), cancellation);
        if (claim.Value.Mark != bodyHash)
        {
            if (isMine) await claims.ReleaseAsync(claim, cancellation);
            throw new ProblemException(ProblemType.KeyReused, "The Idempotency-Key was sent with another body before.");
        }

        return isMine || claim.Value.Result is not null ? claim : throw new ProblemException(ProblemType.StillRunning, "Post it again in a moment.") { RetryAt = now + TimeSpan.FromSeconds(1) };
    }

    /// <summary>Stores the answer before it is given.</summary>
    private async Task<RecordAnswer> RunAsync(FlowContext flow, RecordPost post, Versioned<Claim>? claim, IDisposable slot)
    {
        using var taken = slot;
        using var limit = new CancellationTokenSource(Longest, time);
        try
        {
            var answer = await RunAsync(flow, post, limit.Token);
            if (claim is { } mine) await claims.FinishAsync(mine, JsonSerializer.Serialize(answer, Json.Options), CancellationToken.None);
            return answer;
        }
        catch (Exception exception)
        {
            // There may be nobody any more to be told.
            if (exception is not ProblemException) Log.Failed(logger, exception, flow.Key.Tenant, flow.Key.Flow);
            if (claim is { } mine) await claims.ReleaseAsync(mine, CancellationToken.None);
            throw;
        }
    }

    private async Task<RecordAnswer> RunAsync(FlowContext flow, RecordPost post, CancellationToken cancellation)
    {
        if (flow.Flow is not { Enabled: true, DisconnectedAt: null, WentLiveAt: not null }) return RecordAnswer.Rejected("flow-off", "The flow is switched off, or not live yet.");
        if (!flow.Settings.Kind(post.Kind.Name).Enabled) return RecordAnswer.Rejected("kind-off", "The flow leaves this kind alone.");
        var scope = new WorkScope(flow, post.Kind, RunMode.Manual, null, 0);
        var brought = await intake.BringAsync(scope, post, cancellation);
        if (brought.Refusal is { } refusal) return refusal;
        for (var tries = 1; ; tries++)
        {
            var synced = await records.RunAsync(flow.Key, post.Kind.Name, post.Side, brought.Id!, cancellation, brought.Record);
            if (synced is { Refusal: not null, Failure: { } failure }) throw VendorProblem.Of(flow.On(post.Side).Connector.Catalog, failure);
            if (synced.Refusal is { } refused) return RecordAnswer.Rejected(refused.Problem!, refused.Detail);
            if (!synced.IsBusy || tries == MostTries) return RecordAnswer.Of(scope, post.Side, brought.Id!, brought.Brought, synced);
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A record that was posted to {Tenant}/{Flow} could not be worked on.")]
        public static partial void Failed(ILogger log, Exception exception, TenantId tenant, FlowId flow);
    }
}
