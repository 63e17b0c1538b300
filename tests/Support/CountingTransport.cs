using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SyncFunctions.Tests.Support;

/// <summary>When a failure meets a call.</summary>
public enum FailurePoint
{
    /// <summary>The service never sees the call.</summary>
    BeforeSending,

    /// <summary>The service has done it, but the answer is lost.</summary>
    AfterSending,
}

/// <summary>One request that a client sent, retries included.</summary>
/// <param name="Number">1 is the first call through this transport.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">The full address.</param>
/// <param name="Operation">What the call does, as in "table insert", "table transaction" or "queue get messages".</param>
public sealed record StorageCall(int Number, string Method, Uri Uri, string Operation);

/// <summary>
/// Counts what the client above it asks of storage and can fail chosen calls:
/// <c>new TableClientOptions { Transport = transport }</c>. Failures look like a lost connection, which the client's retry policy retries.
/// </summary>
public sealed class CountingTransport(HttpPipelineTransport? inner = null) : HttpPipelineTransport
{
    private readonly HttpPipelineTransport _inner = inner ?? HttpClientTransport.Shared;
    private readonly Lock _gate = new();
    private readonly List<StorageCall> _calls = [];
    private readonly List<Failure> _failures = [];
    private readonly List<(Func<StorageCall, bool> Match, Task Release)> _holds = [];

    /// <summary>Every call so far, in order.</summary>
    public IReadOnlyList<StorageCall> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>How many calls were made so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _calls.Count;
        }
    }

    /// <summary>The calls so far, counted by what they do; prints well in an assertion.</summary>
    public IReadOnlyDictionary<string, int> ByOperation =>
        Calls.GroupBy(call => call.Operation).OrderBy(group => group.Key).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Forgets the calls so far and the failures still to come; the next call is number 1.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _calls.Clear();
            _failures.Clear();
        }
    }

    /// <summary>Fails the call of this number.</summary>
    public void Fail(int number, FailurePoint point) => Fail(call => call.Number == number, point);

    /// <summary>Fails the call of this number and, as after a crash, lets no later one reach the service.</summary>
    public void FailFrom(int number, FailurePoint point)
    {
        Fail(number, point);
        Fail(call => call.Number > number, FailurePoint.BeforeSending);
    }

    /// <summary>Fails every call that matches.</summary>
    public void Fail(Func<StorageCall, bool> match, FailurePoint point)
    {
        lock (_gate)
            _failures.Add(new Failure(match, point));
    }

    /// <summary>Answers every call that matches with this status, without sending it.</summary>
    public void Answer(Func<StorageCall, bool> match, int status)
    {
        lock (_gate)
            _failures.Add(new Failure(match, FailurePoint.BeforeSending, status));
    }

    /// <summary>Keeps every call that matches, of those that are sent asynchronously, from the service until it is released.</summary>
    public TaskCompletionSource Hold(Func<StorageCall, bool> match)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _holds.Add((match, release.Task));
        return release;
    }

    /// <inheritdoc/>
    public override Request CreateRequest() => _inner.CreateRequest();

    /// <inheritdoc/>
    public override void Process(HttpMessage message)
    {
        var (call, failure) = Record(message);
        if (failure is { Point: FailurePoint.BeforeSending })
        {
            failure.Apply(call, message);
            return;
        }

        _inner.Process(message);
        failure?.Apply(call, message);
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var (call, failure) = Record(message);
        if (failure is { Point: FailurePoint.BeforeSending })
        {
            failure.Apply(call, message);
            return;
        }

        await HeldAsync(call);
        await _inner.ProcessAsync(message);
        failure?.Apply(call, message);
    }

    private Task HeldAsync(StorageCall call)
    {
        lock (_gate)
            return Task.WhenAll(_holds.Where(hold => hold.Match(call)).Select(hold => hold.Release));
    }

    private (StorageCall Call, Failure? Failure) Record(HttpMessage message)
    {
        lock (_gate)
        {
            var uri = message.Request.Uri.ToUri();
            var call = new StorageCall(_calls.Count + 1, message.Request.Method.Method, uri, StorageOperation.Name(message.Request, uri));
            _calls.Add(call);
            return (call, _failures.Find(failure => failure.Match(call)));
        }
    }

    private sealed record Failure(Func<StorageCall, bool> Match, FailurePoint Point, int? Status = null)
    {
        public void Apply(StorageCall call, HttpMessage message)
        {
            if (Status is { } status)
            {
                message.Response = new CannedResponse(status, message.Request.ClientRequestId);
                return;
            }

            // The connection goes back to its pool although nobody reads the answer.
            if (message.HasResponse)
                message.Response.Dispose();
            throw new RequestFailedException($"Failed on purpose {Point}: call {call.Number}, {call.Operation}.");
        }
    }
}
