using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// Takes a vendor's webhook: proves it, stores what it touched, then answers. What cannot be proved is answered alike, whether the hook
/// is unknown, another system's, or the signature wrong. That is a 404, since it tells nobody what exists, and since vendors that
/// send again after it (ConnectWise, and all of Standard Webhooks) do so for a key that could not be had for a moment.
/// </summary>
public sealed partial class HookReceiver(Systems systems, HookRoutes routes, PublishedKeys keys, HookInbox inbox, TimeProvider time, ILogger<HookReceiver> log)
{
    /// <summary>Vendors wait for five seconds and more.</summary>
    public static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(4);

    /// <summary>No vendor's id is longer; one that is would only fill messages.</summary>
    private const int MaxIdLength = 256;

    /// <summary>Where the system is unknown: as for one that is known, so that nobody can tell.</summary>
    private static readonly WebhookFormat Unknown = new() { Verify = (request, secret, _) => WebhookSignature.IsHmacSha256(request.Body.Span, secret, ""), Read = _ => null };

    private enum Outcome
    {
        Taken,
        NotProved,
        NotUnderstood,
        NotStored,
    }

    public async Task<IActionResult> ReceiveAsync(string system, string hook, HttpRequest request, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        using var span = SyncTrace.Start("webhook", ActivityKind.Server);
        var known = systems.Find(system)?.Catalog;
        span?.SetTag("sync.system", known?.System);
        var format = known?.Webhooks ?? Unknown;
        var body = await RequestBytes.ReadAsync(request, format.MaxBytes, cancellation);
        var incoming = new WebhookRequest(body, Headers(request))
        {
            Query = request.Query.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.FirstOrDefault() ?? ""),
        };
        var outcome = await InTimeAsync(TakeAsync(system, hook, format, incoming), begun, cancellation);
        span?.SetTag("sync.outcome", outcome.ToString());
        return outcome switch
        {
            Outcome.Taken => new StatusCodeResult(format.Accepted),
            Outcome.NotProved => throw ProblemException.NotFound("webhook"),
            Outcome.NotUnderstood => throw new ProblemException(ProblemType.InvalidRequest, "The request is signed, but it does not name records as this system does."),
            _ => throw new ProblemException(ProblemType.NotStored with { Status = format.SendAgain }, "What it brought could not be stored now."),
        };
    }

    /// <summary>What a vendor asks of an address before it sends anything there. No hook is looked up, so the answer tells of none.</summary>
    public IActionResult Check(string system, HttpRequest request)
    {
        if (systems.Find(system)?.Catalog.Webhooks?.Check?.Invoke(new WebhookCheck(request.Method.ToUpperInvariant(), Headers(request))) is not { } answer) throw ProblemException.NotFound("webhook");
        foreach (var (name, value) in answer) request.HttpContext.Response.Headers[name] = value;
        return new OkResult();
    }

    /// <summary>Storing goes on when the time is over: others wait for the same batch, and it may yet be well.</summary>
    private async Task<Outcome> InTimeAsync(Task<Outcome> taking, long begun, CancellationToken cancellation)
    {
        var left = AnsweredWithin - time.GetElapsedTime(begun);
        try
        {
            return await taking.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellation);
        }
        catch (TimeoutException)
        {
            Log.TooSlow(log);
            return Outcome.NotStored;
        }
    }

    /// <summary>Does not throw: nobody may be there any more to catch it.</summary>
    private async Task<Outcome> TakeAsync(string system, string hook, WebhookFormat format, WebhookRequest request)
    {
        try
        {
            var route = await routes.FindAsync(system, hook, CancellationToken.None);
            if (!await IsProvedAsync(route, format, request) || route is null) return Outcome.NotProved;
            if (Read(format, request) is not { } touched) return Outcome.NotUnderstood;
            await inbox.AddAsync([.. Work(route, touched)]);
            await routes.NoteCalledAsync(route, CancellationToken.None);
            return Outcome.Taken;
        }
        catch (Exception exception)
        {
            // Whatever it was: what is not stored must be sent again.
            Log.NotStored(log, exception);
            return Outcome.NotStored;
        }
    }

    private async Task<bool> IsProvedAsync(HookRoute? route, WebhookFormat format, WebhookRequest request)
    {
        if (format.Verify is not { } verify) return true;
        var now = time.GetUtcNow();
        try
        {
            // The same work for a hook that does not exist.
            if (route is null) return verify(request, HookRoute.NoSecret, now);
            if (format.PublishedKey is not { } published) return (route.Secrets.IsEmpty && format.MayBeUnsigned) || route.Secrets.Any(secret => verify(request, secret, now));
            return published.Address(request, route.Settings) is { } address
                && await keys.ProveAsync(route.Target.Value.Tenant, route.Target.Value.Connection, address, published.Read, key => verify(request, key, now));
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return false;
        }
    }

    private static ImmutableDictionary<string, string> Headers(HttpRequest request) =>
        request.Headers.ToImmutableDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    private static ImmutableArray<TouchedRecord>? Read(WebhookFormat format, WebhookRequest request)
    {
        try
        {
            return format.Read(request) is { } touched && touched.All(record => record.Id.Length is > 0 and <= MaxIdLength) ? touched : null;
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return null;
        }
    }

    private static bool IsMalformed(Exception exception) => exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException;

    private IEnumerable<(Engine.FlowKey Flow, WorkItem Item)> Work(HookRoute route, ImmutableArray<TouchedRecord> touched)
    {
        var now = time.GetUtcNow();
        return from record in touched.Distinct()
               from flow in route.Flows
               from kind in flow.Kinds
               where kind.VendorKind(flow.Side) == record.Kind
               select (flow.Key, new WorkItem(kind.Name, flow.Side, record.Id, WorkReason.Webhook, now) { FirstAt = now, Trace = SyncTrace.Parent });
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A webhook could not be stored; its sender is told to send it again.")]
        public static partial void NotStored(ILogger log, Exception exception);

        [LoggerMessage(LogLevel.Warning, "A webhook could not be stored in time; its sender is told to send it again.")]
        public static partial void TooSlow(ILogger log);
    }
}
