using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.Engine;
using SyncFunctions.State;
using Route = SyncFunctions.App.Access.Route;

namespace SyncFunctions.App.Contract;

/// <summary>
/// Does what is posted with an <c>Idempotency-Key</c> once, and answers the same to whoever sends it again. What was refused or failed has
/// not been done, and may be tried again; so may what a crash cut off, as soon as nobody can be at it any more.
/// </summary>
public sealed class IdempotencyMiddleware(ClaimStore claims, TimeProvider time) : IFunctionsWorkerMiddleware
{
    public const string Header = "Idempotency-Key";

    private const int MaxKeyLength = 255;

    /// <summary>No request is worked on for longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var result = context.GetInvocationResult();
        result.Value = await RunAsync(Routes.All[context.FunctionDefinition.Name], context.GetHttpContext()!, async () =>
        {
            await next(context);
            return result.Value;
        });
    }

    internal async Task<object?> RunAsync(Route route, HttpContext http, Func<Task<object?>> next)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !route.Path.StartsWith(OpenApi.Prefix, StringComparison.Ordinal) || KeyOf(http.Request) is not { } key) return await next();

        var body = await RequestBytes.ReadAsync(http.Request, JsonBody.MaxBytes, http.RequestAborted);
        http.Request.Body = new MemoryStream(body.ToArray(), writable: false);
        var claim = await ClaimAsync(http, key, Convert.ToHexStringLower(SHA256.HashData(body.Span)));
        if (claim.Value.Result is { } known) return JsonSerializer.Deserialize<KeptAnswer>(known, Json.Options)!.Replay();
        try
        {
            var answer = await next();
            var shownOnce = route.Answers.Any(answers => answers.ShownOnce);
            await claims.FinishAsync(claim, JsonSerializer.Serialize(KeptAnswer.Of(answer, shownOnce), Json.Options), CancellationToken.None);
            return answer;
        }
        catch
        {
            await claims.ReleaseAsync(claim, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The draft writes it as a quoted string; most callers do not.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var header)) return null;
        var key = header.ToString().Trim().Trim('"');
        return key.Length is > 0 and <= MaxKeyLength ? key : throw new ProblemException(ProblemType.InvalidRequest, $"An {Header} has 1 to {MaxKeyLength} characters.");
    }

    /// <returns>Ours, or that of the same request, which has been answered.</returns>
    private async Task<Versioned<Claim>> ClaimAsync(HttpContext http, string key, string bodyHash)
    {
        var (now, caller) = (time.GetUtcNow(), http.Request.Caller());
        var tenant = TenantId.TryParse(http.GetRouteValue("tenant") as string, out var id) ? id : (TenantId?)null;
        var name = Claim.Request($"{caller.Kind} {caller.Id}", http.Request.Path.Value!, key);
        var (claim, isMine) = await claims.TakeAsync(new Claim(Claim.RequestsOf(tenant), name, bodyHash, now + Longest, now + RecordWork.AnswerKeptFor), http.RequestAborted);
        if (claim.Value.Mark != bodyHash)
        {
            if (isMine) await claims.ReleaseAsync(claim, CancellationToken.None);
            throw new ProblemException(ProblemType.KeyReused, $"The {Header} was sent with another body before.");
        }

        return isMine || claim.Value.Result is not null ? claim : throw new ProblemException(ProblemType.StillRunning, "Send it again in a moment.") { RetryAt = now + TimeSpan.FromSeconds(1) };
    }
}
