using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>Takes a vendor's webhook: proves it, stores what it touched, then answers.</summary>
public sealed partial class HookReceiver(HookRoutes routes, HookInbox inbox, TimeProvider time, ILogger<HookReceiver> log)
{
    /// <summary>No vendor's id is longer; one that is would only fill messages.</summary>
    private const int MaxIdLength = 256;

    public async Task<IActionResult> ReceiveAsync(string hook, HttpRequest request, CancellationToken cancellation)
    {
        var route = await routes.FindAsync(hook, cancellation) ?? throw ProblemException.NotFound("webhook");
        var body = await RequestBytes.ReadAsync(request, route.Format.MaxBytes, cancellation);
        var incoming = new WebhookRequest(body, request.Headers.ToImmutableDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        if (route.Format.Verify is { } verify && !verify(incoming, route.Secret, time.GetUtcNow())) throw new ProblemException(ProblemType.SignatureWrong, "The request is not signed with this hook's secret.");
        if (Read(route.Format, incoming) is not { } touched) throw new ProblemException(ProblemType.InvalidRequest, "The request is signed, but it does not name records as this system does.");
        try
        {
            await inbox.AddAsync([.. Work(route, touched)]);
            await routes.NoteCalledAsync(route, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Whatever it was: what is not stored must be sent again.
            Log.NotStored(log, exception, route.Flows.Length);
            throw new ProblemException(ProblemType.NotStored with { Status = route.Format.SendAgain }, "What it brought could not be stored now.");
        }

        return new StatusCodeResult(route.Format.Accepted);
    }

    private static ImmutableArray<TouchedRecord>? Read(WebhookFormat format, WebhookRequest request)
    {
        try
        {
            return format.Read(request) is { } touched && touched.All(record => record.Id.Length is > 0 and <= MaxIdLength) ? touched : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private IEnumerable<(Engine.FlowKey Flow, WorkItem Item)> Work(HookRoute route, ImmutableArray<TouchedRecord> touched)
    {
        var now = time.GetUtcNow();
        return from record in touched.Distinct()
               from flow in route.Flows
               from kind in flow.Pair.Kinds
               where kind.VendorKind(flow.Side) == record.Kind
               select (flow.Key, new WorkItem(kind.Name, flow.Side, record.Id, WorkReason.Webhook, now) { FirstAt = now });
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A webhook for {Flows} flows could not be stored; its sender is told to send it again.")]
        public static partial void NotStored(ILogger log, Exception exception, int flows);
    }
}
