using Azure;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>
/// Takes away all that is stored of a tenant. Its flows are off at once, and its people find nothing any more. Then, step by step: vendors
/// are told to call no longer, runs are ended and forgotten, rows and blobs go. Every step may be done again, so that whoever takes over
/// after a kill begins anew; it ends when nothing was found twice, a while apart, since what was under way may still have written something.
/// </summary>
public sealed class TenantErasure(
    ErasureStore erasures, TenantStore tenants, FlowStore flows, ConnectionStore connections, RunStore runs, DueStore due, PersonStore people, HookCare hooks, SignIns signIns, RunControl control, TenantHoldings holdings, AppQueues queues, TimeProvider time)
{
    /// <summary>No message is worked on for longer; the next one goes on.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>What a request or a run had begun has ended by then.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private const int QuietPasses = 2;

    /// <summary>Where flows are found, and their runs: needed until those are ended.</summary>
    private static readonly string[] NeededForRuns = ["tenants", "flows", "runs", "connections"];

    /// <summary>Asked for again, it goes on.</summary>
    public async Task<Erasure> BeginAsync(TenantId tenant, CancellationToken cancellation)
    {
        await erasures.BeginAsync(tenant, time.GetUtcNow(), cancellation);
        foreach (var flow in await flows.ListAsync(tenant, cancellation)) await StopAsync(flow.Value.Key, cancellation);
        await tenants.RemoveAsync(tenant, cancellation);
        await ResumeAsync(tenant, cancellation);
        return (await erasures.GetAsync(tenant, cancellation))!.Value.Value;
    }

    /// <summary>Goes on with those of which a message was lost.</summary>
    public async Task ResumeAllAsync(CancellationToken cancellation)
    {
        foreach (var tenant in (await erasures.ListAsync(cancellation)).Where(erasure => erasure.EndedAt is null).Select(erasure => erasure.Tenant).OfType<TenantId>())
            await ResumeAsync(tenant, cancellation);
    }

    public Task ResumeAsync(TenantId tenant, CancellationToken cancellation) => queues.SendAsync(new ErasureMessage(tenant.Value), null, cancellation);

    /// <summary>Goes on for a while; a message of its own takes it further.</summary>
    public async Task RunAsync(TenantId tenant, DurableTaskClient? client, CancellationToken cancellation)
    {
        if (await erasures.GetAsync(tenant, cancellation) is not { Value.EndedAt: null } begun) return;
        var giveUp = time.GetUtcNow() + Longest;
        var mine = await flows.ListAsync(tenant, cancellation);
        foreach (var flow in mine)
        {
            await StopAsync(flow.Value.Key, cancellation);
            await hooks.TendAsync(flow.Value with { Enabled = false }, cancellation);
            if (client is not null) await EndRunsAsync(flow.Value.Key, client, cancellation);
        }

        // Vendors are told once: what was forgotten here is not there the next time.
        foreach (var connection in (await connections.ListAsync(tenant, cancellation)).Where(connection => connection.Value.Secret is not null))
            await signIns.DisconnectAsync(connection.Value, cancellation);
        await people.ForgetAsync(tenant, cancellation);

        // What runs are found by goes last: whoever takes over after a kill finds them again.
        var (removed, finished) = await holdings.EraseAsync(tenant, NeededForRuns, () => time.GetUtcNow() < giveUp, cancellation);
        if (finished)
        {
            (var more, finished) = await holdings.EraseAsync(tenant, [], () => time.GetUtcNow() < giveUp, cancellation);
            removed += more;
        }

        await NoteAsync(tenant, begun, removed, finished, cancellation);
    }

    private async Task NoteAsync(TenantId tenant, Versioned<Erasure> begun, int removed, bool finished, CancellationToken cancellation)
    {
        var quiet = finished && removed == 0 ? begun.Value.QuietPasses + 1 : 0;
        var ended = quiet >= QuietPasses;
        var next = begun.Value with
        {
            Removed = begun.Value.Removed + removed,
            QuietPasses = quiet,
            Step = ended ? "Done." : finished ? "Looking whether anything has come after." : "Taking away what is stored.",
            EndedAt = ended ? time.GetUtcNow() : null,
        };

        // Where somebody else is at it, too, their message goes on.
        if (await erasures.ReplaceAsync(tenant, begun with { Value = next }, cancellation) is not null && !ended)
            await queues.SendAsync(new ErasureMessage(tenant.Value), finished ? Pause : null, cancellation);
    }

    private async Task StopAsync(FlowKey flow, CancellationToken cancellation)
    {
        await flows.ChangeAsync(flow, stored => stored with { Enabled = false, DisconnectedAt = stored.DisconnectedAt ?? time.GetUtcNow() }, cancellation);
        await due.RemoveAsync(flow, cancellation);
    }

    /// <summary>Runs that are under way are cut off, and of none is anything kept.</summary>
    private async Task EndRunsAsync(FlowKey flow, DurableTaskClient client, CancellationToken cancellation)
    {
        await control.StopAllAsync(flow, client, cancellation);
        var own = new HashSet<string>(StringComparer.Ordinal);
        string? continuation = null;
        do
        {
            var page = await runs.ListAsync(flow, continuation, 1000, cancellation);
            own.UnionWith(page.Items.Select(run => run.Id.Value));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        // Another flow's name may begin like this one's: the run's id decides.
        var prefix = FlowRuns.InstancePrefix(flow);
        await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix, FetchInputsAndOutputs = false }).WithCancellation(cancellation))
        {
            if (!own.Contains(instance.InstanceId[prefix.Length..].Split('-')[0])) continue;
            if (!instance.IsCompleted) await client.TerminateInstanceAsync(instance.InstanceId, new TerminateInstanceOptions(Recursive: true), cancellation);
            await client.PurgeInstanceAsync(instance.InstanceId, new PurgeInstanceOptions(Recursive: true), cancellation);
        }
    }
}
