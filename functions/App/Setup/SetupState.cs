using System.Collections.Immutable;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Manage;
using SyncFunctions.Connectors;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <summary>A flow's wizard as it stands: its document, and what the connections and the run say.</summary>
public sealed record LoadedSetup(FoundFlow Flow, Versioned<SetupDocument> Stored, SetupFacts Facts, SignedInUser? SignedIn)
{
    public SetupDocument Document => Stored.Value;

    public SetupStep Step => SetupWizard.Current(Flow.Pair, Document, Facts);

    /// <summary>Ends the request unless it is this step's turn, or was.</summary>
    public LoadedSetup Require(SetupStep step)
    {
        SetupWizard.Require(step, Flow.Pair, Document, Facts);
        return this;
    }
}

/// <summary>Reads and writes wizards. Everything a step decides is stored before the answer, so that anybody can go on from there.</summary>
public sealed class SetupState(Finder finder, Systems systems, FlowStore flows, ConnectionStore connections, RunStore runs)
{
    public async Task<LoadedSetup> LoadAsync(string tenant, string flow, CancellationToken cancellation) =>
        await LoadAsync(await finder.FlowAsync(tenant, flow, cancellation), cancellation);

    public async Task<LoadedSetup> LoadAsync(FoundFlow flow, CancellationToken cancellation)
    {
        var stored = await flows.GetDocumentAsync<SetupDocument>(flow.Key, SetupDocument.Name, StateJson.Options, cancellation)
            ?? new Versioned<SetupDocument>(SetupDocument.Empty, default);
        var sides = await Task.WhenAll(Sides.Both.Select(side => connections.GetAsync(flow.Key.Tenant, flow.Flow.ConnectionOn(side), cancellation)));
        var signedIn = Sides.Both.Zip(sides, (side, connection) => UserOf(side, connection?.Value)).FirstOrDefault(user => user is not null);
        var facts = new SetupFacts(
            [.. sides.Select(connection => NotConnected(connection?.Value)).OfType<string>()],
            signedIn?.Key,
            flow.Flow.WentLiveAt is not null,
            await ImportProblemAsync(flow.Key, stored.Value.Import, cancellation));
        return new LoadedSetup(flow, stored, facts, signedIn);
    }

    /// <summary>Stores a change of the document as it was read.</summary>
    /// <exception cref="ProblemException">Somebody else has changed it since.</exception>
    public async Task<LoadedSetup> SaveAsync(LoadedSetup setup, SetupDocument changed, CancellationToken cancellation) =>
        await flows.PutDocumentAsync(setup.Flow.Key, SetupDocument.Name, changed, StateJson.Options, setup.Stored.ETag, cancellation) is { } version
            ? setup with { Stored = new(changed, version) }
            : throw new ProblemException(ProblemType.ChangedMeanwhile, "Somebody else went on with this setup at the same time. Look at it again.");

    /// <summary>Applies a change to whatever is stored; null where the change has nothing to do any more.</summary>
    public async Task<SetupDocument?> ChangeAsync(FlowKey flow, Func<SetupDocument, SetupDocument?> change, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await flows.GetDocumentAsync<SetupDocument>(flow, SetupDocument.Name, StateJson.Options, cancellation);
            if (change(stored?.Value ?? SetupDocument.Empty) is not { } changed) return null;
            if (await flows.PutDocumentAsync(flow, SetupDocument.Name, changed, StateJson.Options, stored?.ETag, cancellation) is not null) return changed;
        }
    }

    private async Task<string?> ImportProblemAsync(FlowKey flow, SetupImport? import, CancellationToken cancellation) =>
        import is { Run: { } run, CompletedAt: null } && await runs.GetAsync(flow, run, cancellation) is { Value.Outcome: RunOutcome.Failed or RunOutcome.Cancelled } ended
            ? ended.Value.Detail ?? "No reason is known."
            : null;

    private string? NotConnected(StoredConnection? connection) => connection switch
    {
        null => "A connection of the flow does not exist any more.",
        { Health: ConnectionHealth.Connected } => null,
        { HealthDetail: { } detail } => detail,
        _ => $"{systems[connection.System].Catalog.DisplayName} is not connected yet.",
    };

    /// <summary>Whoever signed in to the left system, or, where that does not tell who it was, to the right one.</summary>
    private static SignedInUser? UserOf(Side side, StoredConnection? connection) =>
        connection is { Health: ConnectionHealth.Connected } and ({ UserId: not null } or { UserEmail: not null })
            ? new SignedInUser(side, connection.UserId, connection.UserName, connection.UserEmail)
            : null;
}
