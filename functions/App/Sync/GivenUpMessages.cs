using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Messages that failed again and again. Nothing is lost with one: what it was about stands on the work list, or is due by the
/// schedule. People are told, but not at every message: what fails once mostly fails for a while.
/// </summary>
public sealed partial class GivenUpMessages(FlowChanges changes, IntegrationLog log, TimeProvider time, ILogger<GivenUpMessages> logger)
{
    public const string Code = "message-given-up";

    private static readonly TimeSpan TellEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(FlowKey, string Queue), DateTimeOffset> _toldAt = [];

    public async Task TakeAsync(ChangeMessage message, CancellationToken cancellation)
    {
        await changes.LeaveToPollAsync(message, cancellation);
        var flow = new FlowKey(new TenantId(message.Tenant), new FlowId(message.Flow));
        await TellAsync(flow, AppQueues.Changes, $"What was noticed of {Names(message)} could not be handled at once. It is on the work list, where the next poll takes it up.", cancellation);
    }

    public Task TakeAsync(PollMessage message, CancellationToken cancellation) =>
        TellAsync(new FlowKey(new TenantId(message.Tenant), new FlowId(message.Flow)), AppQueues.Polls, "Both sides could not be asked for changes. The next poll, within minutes, looks for all that came since the last good one.", cancellation);

    /// <summary>A notice that cannot be told is no news for the log of a flow.</summary>
    public void Take(NoticeMessage message) => Log.NoticeGivenUp(logger, message.Tenant, message.Notice ?? message.Delivery ?? message.Account ?? "");

    private async Task TellAsync(FlowKey flow, string queue, string text, CancellationToken cancellation)
    {
        Log.GivenUp(logger, queue, flow);
        var now = time.GetUtcNow();
        if (_toldAt.TryGetValue((flow, queue), out var told) && now - told < TellEvery) return;
        var entry = new LogEntry(now, LogSeverity.Error, Code, text) { WhatToDo = "Nothing, if it happened once. If this line comes again every hour, the app's own log says what fails: show it to whoever runs the app." };
        await log.AppendAsync(flow, [entry], cancellation);
        _toldAt[(flow, queue)] = now;
    }

    private static string Names(ChangeMessage message) => message.Records switch
    {
        [] => string.Join(", ", message.Kinds),
        [var only] => $"{only.Kind} {only.RecordId()} ({only.Side.ToString().ToLowerInvariant()})",
        var several => $"{several.Count} records",
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A message of the queue {Queue} was given up after it had failed too often; flow {Flow}. What it was about stays on the work list.")]
        public static partial void GivenUp(ILogger log, string queue, FlowKey flow);

        [LoggerMessage(LogLevel.Error, "A message about the notice {Name} of {Tenant} was given up after it had failed too often; it is taken up again later.")]
        public static partial void NoticeGivenUp(ILogger log, string tenant, string name);
    }
}
