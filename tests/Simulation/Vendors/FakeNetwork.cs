using System.Net;
using System.Net.Http.Headers;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>
/// The way from the app's HTTP client to the fake systems. Calls are answered on the caller's thread; what takes long takes virtual
/// time. Here calls get lost, come to nothing or are applied without an answer.
/// </summary>
public sealed class FakeNetwork(IReadOnlyDictionary<string, FakeServer> servers, FaultPlan faults, TimeProvider time) : HttpMessageHandler
{
    private static readonly FaultClass[] OfReads =
    [
        FaultClass.RequestTimeout408, FaultClass.TooManyRequests429, FaultClass.ServerError500, FaultClass.BadGateway502, FaultClass.Unavailable503,
        FaultClass.GatewayTimeout504, FaultClass.PartialBody, FaultClass.ResetBeforeApplying, FaultClass.SlowDrip, FaultClass.TokenRevoked,
    ];

    private static readonly FaultClass[] OfWrites = [.. OfReads, FaultClass.AppliedButTimedOut, FaultClass.ResetAfterApplying, FaultClass.AppliedButTimedOut, FaultClass.ResetAfterApplying];

    /// <summary>Before and after a call reaches a system: here a simulation decides who goes on, or ends a worker.</summary>
    public Func<string, CancellationToken, ValueTask>? Gate { get; set; }

    /// <summary>Told of every call, for the trace.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>May change records while the app works.</summary>
    public Action? DuringCall { get; set; }

    public long Calls { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Calls++;
        var server = servers[request.RequestUri!.Host];
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var isWrite = request.Method != HttpMethod.Get;
        var what = $"{request.Method} {request.RequestUri.Host}{request.RequestUri.PathAndQuery} {body}";
        if (Gate is { } before) await before($"send {what}", cancellationToken);
        if (faults.Strikes(FaultClass.EditDuringSync, 150)) DuringCall?.Invoke();
        var fault = OnWay(request, faults.Pick(isWrite ? OfWrites : OfReads));
        var response = await AnswerAsync(request, server, body, fault, what, cancellationToken);
        if (Gate is { } after) await after($"reply {what}", cancellationToken);
        return response;
    }

    /// <summary>A sign-in is answered at once or not at all: after a standstill its time limit would end a wait of the client that goes on elsewhere.</summary>
    private static string? IfMatch(HttpRequestMessage request) => request.Headers.TryGetValues("If-Match", out var values) ? values.Single() : null;

    private static FaultClass? OnWay(HttpRequestMessage request, FaultClass? fault) => request.RequestUri!.AbsolutePath != "/oauth/token" ? fault : fault switch
    {
        FaultClass.AppliedButTimedOut => FaultClass.ResetAfterApplying,
        FaultClass.SlowDrip => FaultClass.PartialBody,
        _ => fault,
    };

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, FakeServer server, string body, FaultClass? fault, string what, CancellationToken cancellation)
    {
        if (fault is { } striking) faults.Count(striking);
        switch (fault)
        {
            case FaultClass.RequestTimeout408:
                return Failed(server, what, HttpStatusCode.RequestTimeout);
            case FaultClass.TooManyRequests429:
                return Failed(server, what, HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(faults.Random.Next(1, 120)));
            case FaultClass.Unavailable503:
                return Failed(server, what, HttpStatusCode.ServiceUnavailable);
            case FaultClass.TokenRevoked:
                server.SignIn.DropAccess();
                break;
            case FaultClass.ResetBeforeApplying:
                Tell(what, "reset before");
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused.");
            case FaultClass.ServerError500 or FaultClass.BadGateway502 or FaultClass.GatewayTimeout504:
                // Half of them after the work was done: nobody can tell by the answer.
                var status = fault switch { FaultClass.ServerError500 => HttpStatusCode.InternalServerError, FaultClass.BadGateway502 => HttpStatusCode.BadGateway, _ => HttpStatusCode.GatewayTimeout };
                if (faults.Random.Next(2) == 0) server.Answer(request.Method, request.RequestUri!, TokenOf(request), body, IfMatch(request)).Dispose();
                return Failed(server, what, status);
        }

        var answer = server.Answer(request.Method, request.RequestUri!, TokenOf(request), body, IfMatch(request));
        switch (fault)
        {
            case FaultClass.AppliedButTimedOut:
                Tell(what, "applied, no answer");
                await WaitAsync(TimeSpan.FromHours(1), time, cancellation);
                break;
            case FaultClass.ResetAfterApplying:
                Tell(what, "applied, reset");
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended.");
            case FaultClass.PartialBody when answer.Content is ReadOnlyMemoryContent:
                var whole = await answer.Content.ReadAsByteArrayAsync(cancellation);
                answer.Content = new ReadOnlyMemoryContent(whole.AsMemory(0, whole.Length / 2));
                break;
            case FaultClass.SlowDrip:
                answer.Content = new SlowContent(await answer.Content.ReadAsByteArrayAsync(cancellation), time);
                break;
        }

        if (request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal) &&
            fault is null or FaultClass.TokenRevoked && server.LastMade is { } made) made.IsUnanswered = false;
        Tell(what, $"{(int)answer.StatusCode}{(fault is null ? "" : $" {fault}")}");
        return answer;
    }

    private HttpResponseMessage Failed(FakeServer server, string what, HttpStatusCode status, TimeSpan? retryAfter = null)
    {
        Tell(what, $"{(int)status}");
        var response = server.Empty(status);
        if (retryAfter is { } wait) response.Headers.RetryAfter = new RetryConditionHeaderValue(wait);
        return response;
    }

    private void Tell(string what, string outcome) => Trace?.Invoke($"{time.GetUtcNow():HH:mm:ss.fff} {what} -> {outcome}");

    /// <summary>Unlike <see cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/> it ends on the thread that cancels it.</summary>
    private static async Task WaitAsync(TimeSpan length, TimeProvider time, CancellationToken cancellation)
    {
        var over = new TaskCompletionSource();
        await using var timer = time.CreateTimer(_ => over.TrySetResult(), null, length, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellation.UnsafeRegister(_ => over.TrySetCanceled(cancellation), null);
        await over.Task;
    }

    private static string? TokenOf(HttpRequestMessage request) => request.Headers.Authorization?.Parameter;

    /// <summary>Comes so slowly that nobody waits for its end.</summary>
    private sealed class SlowContent(byte[] body, TimeProvider time) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (var part in body.Chunk(Math.Max(1, body.Length / 8)))
            {
                await WaitAsync(TimeSpan.FromSeconds(7), time, cancellationToken);
                await stream.WriteAsync(part, cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
