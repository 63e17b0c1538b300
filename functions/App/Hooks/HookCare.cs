using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Hooks;

/// <summary>
/// Tells vendors where their webhooks go, where they let the app do that: they call while a flow that is live uses the connection, and no
/// longer. A vendor that cannot be reached fails nobody: it is told later, and polls find what changes meanwhile.
/// </summary>
public sealed partial class HookCare(
    TenantStore tenants, ConnectionStore connections, FlowStore flows, LookupStore lookups, IntegrationLog log, ConnectionScopes scopes, SecretBox box, Connectors.Systems systems, PairCatalog pairs,
    HookSetup setup, HookRoutes routes, PublicAddress address, TimeProvider time, ILogger<HookCare> logger)
{
    public const string MendedCode = "webhook-mended";
    public const string MissingCode = "webhook-missing";

    private const int AtOnce = 4;

    private static readonly SearchValues<char> AfterAddresses = SearchValues.Create(" \t\r\n\"'<>");

    /// <summary>Of telling a vendor, which may take it a call for each type of record; a person waits for it.</summary>
    private static readonly TimeSpan VendorTime = TimeSpan.FromSeconds(30);

    /// <summary>Whoever is at it tells two things at most; what takes longer has died.</summary>
    private static readonly TimeSpan Lease = VendorTime * 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the app itself tells this system; elsewhere a person pastes the address.</summary>
    public bool IsFor(string system) => RegistrarOf(system) is not null;

    /// <summary>After somebody has signed in.</summary>
    public async Task TendAsync(StoredConnection connection, CancellationToken cancellation)
    {
        if (IsFor(connection.System)) await TendAsync(connection.Tenant, connection.Id, asked: null, cancellation);
    }

    /// <summary>Before a connection loses its credentials: later the vendor could not be told any more.</summary>
    public async Task EndAsync(StoredConnection connection, CancellationToken cancellation)
    {
        if (await ClaimAsync(connection.Tenant, connection.Id, make: false, cancellation) is { } claim) await EndAsync(claim);
    }

    /// <summary>After a flow was switched: its connections.</summary>
    public async Task TendAsync(Flow flow, CancellationToken cancellation)
    {
        var pair = pairs[flow.Pair];
        foreach (var side in Sides.Both)
        {
            if (IsFor(pair.System(side))) await TendAsync(flow.Key.Tenant, flow.ConnectionOn(side), asked: null, cancellation);
        }
    }

    /// <summary>Every connection: what vendors have lost or switched off is mended, and what could not be done before is done.</summary>
    public async Task TendAllAsync(CancellationToken cancellation)
    {
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            var told = (await connections.ListAsync(tenant.Id, cancellation)).Where(connection => IsFor(connection.Value.System));
            await Concurrent.ForEachAsync(told, AtOnce, (connection, token) => TendAsync(tenant.Id, connection.Value.Id, asked: null, token), cancellation);
        }
    }

    /// <summary>Another address in place of the one that the vendor was told.</summary>
    public async Task RenewAsync(StoredConnection connection, HttpRequest request, CancellationToken cancellation)
    {
        await EndAsync(connection, cancellation);
        await TendAsync(connection.Tenant, connection.Id, address.Base(request), cancellation);
    }

    /// <param name="tenant">Whose connection it is.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="asked">The address of the app by which somebody asked for this.</param>
    /// <param name="cancellation">Ends the waiting for somebody else who is at it.</param>
    private async Task TendAsync(TenantId tenant, ConnectionId connection, Uri? asked, CancellationToken cancellation)
    {
        try
        {
            var isServed = (await ServedAsync(tenant, connection, cancellation)).Count > 0;
            if (await ClaimAsync(tenant, connection, make: isServed, cancellation) is not { } claim) return;

            // Read again: of several who switch flows at once, the last one here sees what all have done.
            if (await ServedAsync(tenant, connection, cancellation) is { Count: > 0 } served && claim.HookId is { } hook) await RegisterAsync(claim, hook, asked, served);
            else await EndAsync(claim);
        }
        catch (RequestFailedException exception)
        {
            Log.NotTended(logger, exception, tenant, connection);
        }
    }

    private async Task<IReadOnlyList<Flow>> ServedAsync(TenantId tenant, ConnectionId connection, CancellationToken cancellation) =>
        [.. (await flows.OfConnectionAsync(tenant, connection, cancellation)).Where(HookRoutes.IsServed)];

    /// <summary>One talks to the vendor at a time: two would register twice.</summary>
    /// <param name="tenant">Whose connection it is.</param>
    /// <param name="id">The connection's.</param>
    /// <param name="make">Makes a hook where there is none.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null where there is nothing to do, or somebody else does not come to an end.</returns>
    private async Task<Claim?> ClaimAsync(TenantId tenant, ConnectionId id, bool make, CancellationToken cancellation)
    {
        var giveUp = time.GetUtcNow() + Lease;
        while (await connections.GetAsync(tenant, id, cancellation) is { } found && RegistrarOf(found.Value.System) is { } registrar)
        {
            var (connection, before, now) = (found.Value, found.Value.Hook, time.GetUtcNow());
            if (before?.Registration is null && !make) return null;
            if (before?.Registration is { BusyUntil: { } until } && until > now)
            {
                if (now >= giveUp) return null;
                await Task.Delay(Pause, time, cancellation);
                continue;
            }

            // Nobody can tell the vendor anything until somebody signs in again.
            if (connection.Health == ConnectionHealth.Disconnected) return null;

            // An address that a person pasted is replaced: nobody knows it any more.
            var (hookId, hook) = before?.Registration is { } known ? (Open(connection, known.HookId), before) : await MakeAsync(connection, cancellation);
            var claimed = connection with { Hook = hook with { Registration = hook.Registration! with { BusyUntil = now + Lease } } };
            if (await connections.ReplaceAsync(found with { Value = claimed }, cancellation) is not null)
            {
                if (before is not null && before != hook) await ForgetAsync(before);
                return new Claim(registrar, claimed, claimed.Hook, hookId);
            }

            if (before != hook) await ForgetAsync(hook);
        }

        return null;
    }

    private async Task RegisterAsync(Claim claim, string hookId, Uri? asked, IReadOnlyList<Flow> served)
    {
        var before = claim.Registration;
        if (address.Lasting(before.Root ?? asked ?? served.Select(flow => flow.MadeAt).FirstOrDefault(known => known is not null)) is not { } root)
        {
            await FailAsync(claim, "The app does not know its own address: set PublicBaseUrl.", served);
            return;
        }

        // What was told under another address is taken away once the new one works. The address is stored before it is told: after a
        // crash in between nobody would know that there is something to take away.
        var moved = before.Root is not null && before.Root != root;
        var telling = before with { Root = root, Ids = moved ? [] : before.Ids, LeftBehind = moved ? [.. before.LeftBehind, .. before.Ids] : before.LeftBehind };
        if (before.Root != root && !await ChangeAsync(claim, hook => hook with { Registration = telling })) return;

        if (!(await TellAsync(claim, hookId, telling)).TryGet(out var registered, out var failure))
        {
            await FailAsync(claim, failure.Message, served);
            return;
        }

        ImmutableArray<string> left = [.. telling.LeftBehind.Except(registered.Ids)];
        if (!left.IsEmpty && (await CallAsync(claim, (scope, token) => claim.Registrar.UnregisterAsync(scope, new WebhookRegistration(left), token))).Failure is null) left = [];
        var done = telling with { Ids = registered.Ids, LeftBehind = left, Problem = null, BusyUntil = null };
        await ChangeAsync(claim, hook => (registered.Secret is { } secret && secret != SecretOf(claim) ? setup.WithSecret(claim.Connection, hook, secret) : hook) with { Registration = done });
        routes.Forget(claim.Hook.IdHash);
        if (before.Problem is not null) await SayAsync(served, new LogEntry(time.GetUtcNow(), LogSeverity.Info, MendedCode, $"{NameOf(claim)} tells of changes by webhook again."));
        else if (registered.Mended is { } mended && !telling.Ids.IsEmpty) await SayAsync(served, new LogEntry(time.GetUtcNow(), LogSeverity.Warning, MendedCode, $"{NameOf(claim)} had ceased to tell of changes by webhook, and does so again: {mended}"));
    }

    /// <returns>False where the vendor still calls.</returns>
    private async Task EndAsync(Claim claim)
    {
        var registration = claim.Registration;
        ImmutableArray<string> ids = [.. registration.Ids, .. registration.LeftBehind];

        // It was told, but what it answered is not known.
        if (registration is { Root: not null, Ids.IsEmpty: true } && claim.HookId is { } hookId)
        {
            if (!(await TellAsync(claim, hookId, registration)).TryGet(out var told, out var unknown))
            {
                await FailAsync(claim, unknown.Message, []);
                return;
            }

            ids = [.. told.Ids.Union(ids)];
        }

        if (!ids.IsEmpty && (await CallAsync(claim, (scope, token) => claim.Registrar.UnregisterAsync(scope, new WebhookRegistration(ids), token))).Failure is { } failure)
        {
            await FailAsync(claim, failure.Message, []);
            return;
        }

        if (await ChangeAsync(claim, _ => null)) await ForgetAsync(claim.Hook);
    }

    private Task<VendorResult<WebhookRegistration>> TellAsync(Claim claim, string hookId, HookRegistration registration)
    {
        var before = registration.Ids.IsEmpty ? null : new WebhookRegistration(registration.Ids, SecretOf(claim));
        return CallAsync(claim, (scope, token) => claim.Registrar.RegisterAsync(scope, PublicAddress.Webhook(registration.Root!, claim.Connection.System, hookId), before, token));
    }

    /// <summary>In bounded time; and what the vendor says goes nowhere with the hook's id in it.</summary>
    private async Task<VendorResult<T>> CallAsync<T>(Claim claim, Func<ConnectionScope, CancellationToken, Task<VendorResult<T>>> call)
    {
        var scope = scopes.Of(claim.Connection);
        using var limit = new CancellationTokenSource(VendorTime, time);
        try
        {
            var result = await call(scope with { Observer = seen => scope.Observer?.Invoke(seen with { Path = claim.Hide(seen.Path), Message = seen.Message is { } message ? claim.Hide(message) : null }) }, limit.Token);
            return result.Failure is { } failure ? failure with { Message = claim.Hide(failure.Message) } : result;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new VendorFailure(FailureKind.Transient, $"{NameOf(claim)} did not answer in time.");
        }
    }

    /// <summary>Says so once, however often it is tried again.</summary>
    private async Task FailAsync(Claim claim, string problem, IReadOnlyList<Flow> served)
    {
        await ChangeAsync(claim, hook => hook with { Registration = hook.Registration! with { Problem = problem, BusyUntil = null } });
        if (claim.Registration.Problem is not null) return;
        await SayAsync(served, new LogEntry(time.GetUtcNow(), LogSeverity.Warning, MissingCode, $"{NameOf(claim)} could not be told where its webhooks go: {problem}") { WhatToDo = "It is tried again every hour; polls find what changes meanwhile." });
    }

    private async Task SayAsync(IReadOnlyList<Flow> served, LogEntry entry)
    {
        foreach (var flow in served) await log.AppendAsync(flow.Key, [entry], CancellationToken.None);
    }

    /// <summary>Changes the hook as it is stored; its connection may have been changed by others.</summary>
    /// <returns>False where the hook is another by now.</returns>
    private async Task<bool> ChangeAsync(Claim claim, Func<ConnectionHook, ConnectionHook?> change)
    {
        while (await connections.GetAsync(claim.Connection.Tenant, claim.Connection.Id, CancellationToken.None) is { Value.Hook: { } hook } stored && hook.IdHash == claim.Hook.IdHash)
        {
            if (await connections.ReplaceAsync(stored with { Value = stored.Value with { Hook = change(hook) } }, CancellationToken.None) is not null) return true;
        }

        return false;
    }

    private async Task<(string? HookId, ConnectionHook Hook)> MakeAsync(StoredConnection connection, CancellationToken cancellation)
    {
        var (id, hook) = await setup.MakeAsync(connection, secret: null, cancellation);
        return (id, hook with { Registration = new HookRegistration(box.Seal(connection.Tenant, connection.Id, Encoding.UTF8.GetBytes(id))) });
    }

    private Task ForgetAsync(ConnectionHook hook)
    {
        routes.Forget(hook.IdHash);
        return lookups.RemoveHookAsync(hook.IdHash, CancellationToken.None);
    }

    private string? SecretOf(Claim claim) => claim.Hook.Secret is { } secret ? Open(claim.Connection, secret) : null;

    private string? Open(StoredConnection connection, byte[] secret) => box.Open(connection.Tenant, connection.Id, secret) is { } opened ? Encoding.UTF8.GetString(opened) : null;

    private IWebhookRegistrar? RegistrarOf(string system) => systems.Find(system) is { Catalog.Webhooks: not null } connector ? connector as IWebhookRegistrar : null;

    private string NameOf(Claim claim) => systems[claim.Connection.System].Catalog.DisplayName;

    /// <summary>A hook that nobody else talks to the vendor about.</summary>
    /// <param name="HookId">Null where this app's keys no longer open it.</param>
    private sealed record Claim(IWebhookRegistrar Registrar, StoredConnection Connection, ConnectionHook Hook, string? HookId)
    {
        public HookRegistration Registration => Hook.Registration!;

        /// <summary>With the hook's id goes the query behind it: a vendor's secret may stand there that is not yet known here.</summary>
        public string Hide(string text)
        {
            if (HookId is null) return text;
            var parts = text.Split(HookId);
            return string.Join('…', parts.Select((part, i) => i > 0 && part.StartsWith('?') ? part[QueryLength(part)..] : part));
        }

        /// <summary>No secret in a log.</summary>
        public override string ToString() => $"{Connection.Tenant}/{Connection.Id}";

        private static int QueryLength(string text) => text.AsSpan().IndexOfAny(AfterAddresses) is >= 0 and var end ? end : text.Length;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The webhooks of {Tenant}/{Connection} could not be looked after; it is tried again.")]
        public static partial void NotTended(ILogger log, Exception exception, TenantId tenant, ConnectionId connection);
    }
}
