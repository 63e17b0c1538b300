using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Contract;

/// <summary>What a request was answered, to be given again to whoever sends it again.</summary>
/// <param name="Body">Null where there was none, or where it is not kept.</param>
/// <param name="Told">It held what is told only once.</param>
public sealed record KeptAnswer(int Status, JsonNode? Body, string? Tag, bool Told)
{
    public const string Header = "Idempotency-Replayed";

    /// <summary>One that is longer is not kept: a row holds no more.</summary>
    private const int MostCharacters = 200_000;

    public static KeptAnswer Of(object? result, bool shownOnce)
    {
        var (status, body, tag) = result switch
        {
            JsonAnswer answer => (answer.Status, answer.ToNode(), answer.Tag?.ToString()),
            StatusCodeResult done => (done.StatusCode, null, null),
            _ => (StatusCodes.Status200OK, null, null),
        };
        return shownOnce || body?.ToJsonString().Length > MostCharacters ? new KeptAnswer(status, null, null, Told: true) : new KeptAnswer(status, body, tag, Told: false);
    }

    /// <exception cref="ProblemException">It is not told a second time.</exception>
    public IActionResult Replay() => Told
        ? throw new ProblemException(ProblemType.AlreadyDone, "A request with this Idempotency-Key has succeeded. Its answer is not given again.")
        : new Replayed(this);

    public sealed class Replayed(KeptAnswer answer) : IActionResult
    {
        public async Task ExecuteResultAsync(ActionContext context)
        {
            var response = context.HttpContext.Response;
            response.StatusCode = answer.Status;
            response.Headers[Header] = "true";
            response.Headers.CacheControl = "no-store";
            if (answer.Tag is { } tag) response.Headers.ETag = tag;
            if (answer.Body is { } body) await response.WriteAsJsonAsync(body, Json.Options, context.HttpContext.RequestAborted);
        }
    }
}
