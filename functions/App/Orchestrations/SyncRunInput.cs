using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

[JsonConverter(typeof(JsonStringEnumConverter<RunStage>))]
public enum RunStage
{
    /// <summary>An import counts first, so that its progress means something.</summary>
    Count,

    /// <summary>An import takes note of the other side before it brings records over.</summary>
    Note,
    Records,

    /// <summary>A comprehensive run looks for links whose records were in neither list.</summary>
    Gone,

    /// <summary>Which projects have changed inside, for a run that no poll has asked that for.</summary>
    News,

    /// <summary>What lives inside projects.</summary>
    Insides,

    /// <summary>Look-up lists.</summary>
    References,

    /// <summary>What is due on the work list, for flows that nobody polls.</summary>
    Work,
    Finished,
}

/// <summary>Where a run stands: what its orchestration carries from step to step. Tokens, ids and counts, never records.</summary>
/// <param name="Parents">Links whose insides are to be synchronised; all of the kind from <see cref="ParentsAfter"/> on if <see cref="AllParents"/>.</param>
public sealed record SyncRunInput(
    string Tenant,
    string Flow,
    string Run,
    long Epoch,
    RunMode Mode,
    ImmutableArray<string> Kinds,
    ImmutableArray<string> InsideKinds,
    RunStage Stage,
    int KindIndex,
    KindWalk Walk,
    ImmutableArray<string> Parents,
    bool AllParents,
    string? ParentsAfter,
    ImmutableArray<KindWalk> Walked,
    int Failures)
{
    /// <summary>More changed parents than an orchestration should carry: then all are looked at.</summary>
    public const int MaxParents = 1000;

    /// <summary>What is due on the work list is done too, since nobody polls the flow.</summary>
    public bool WithWork { get; init; }

    /// <summary>Walks that are done, but for what lives inside their records: their cursors are saved at the end.</summary>
    public ImmutableArray<KindWalk> Unsaved { get; init; } = [];

    /// <summary>The run asks for changes inside projects itself.</summary>
    public bool WithNews { get; init; }

    /// <summary>The run is not limited to some kinds.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>The span that began it, as <c>traceparent</c>.</summary>
    public string? Trace { get; init; }

    [JsonIgnore]
    public FlowKey Key => new(new TenantId(Tenant), new FlowId(Flow));

    [JsonIgnore]
    public string Kind => Kinds[KindIndex];

    /// <param name="only">Kinds to limit the run to; all if none is named.</param>
    public static SyncRunInput Begin(FlowKey flow, RunId run, long epoch, RunMode mode, Pair pair, ImmutableArray<string> only)
    {
        var wanted = pair.Kinds.Where(kind => only.IsDefaultOrEmpty || only.Contains(kind.Name)).ToList();
        ImmutableArray<string> kinds = [.. wanted.Where(kind => IsWalked(kind, mode, isNamed: !only.IsDefaultOrEmpty)).Select(kind => kind.Name)];
        ImmutableArray<string> insides = mode == RunMode.Reference ? [] : [.. wanted.Where(kind => kind.Parent is not null || kind.PartOf is not null).Select(kind => kind.Name)];

        // Named without the kind that holds them: nobody tells which have changed.
        var alone = !insides.IsEmpty && !pair.TopKinds.Any(kind => kinds.Contains(kind.Name) && (pair.Inside(kind).Any() || pair.PartsOf(kind).Any()));
        var hasParts = wanted.Exists(kind => kind.PartOf is not null);
        return new SyncRunInput(
            flow.Tenant.Value,
            flow.Flow.Value,
            run.Value,
            epoch,
            mode,
            kinds,
            insides,
            mode switch
            {
                RunMode.Reference => RunStage.References,
                _ when kinds.IsEmpty => RunStage.Insides,
                RunMode.Import when pair.NeedsLists => RunStage.References,
                RunMode.Import => RunStage.Count,
                _ => RunStage.Records,
            },
            0,
            KindWalk.Begin(kinds.FirstOrDefault("")),
            [],
            alone || mode is RunMode.DryRun or RunMode.Import || (mode == RunMode.Comprehensive && hasParts),
            null,
            [],
            0)
        {
            IsWhole = only.IsDefaultOrEmpty,
            WithNews = hasParts && mode == RunMode.Delta,
        };
    }

    /// <summary>A run of what lives inside these projects, and nothing else.</summary>
    public static SyncRunInput BeginProjects(FlowKey flow, RunId run, long epoch, Pair pair, IReadOnlyCollection<LinkId> projects) =>
        Begin(flow, run, epoch, RunMode.Delta, pair, []) with { Stage = RunStage.Insides, Parents = [.. projects.Select(project => project.Value)] };

    /// <summary>Reference data is read by runs of its own; an import brings it over first, and a person may name it.</summary>
    private static bool IsWalked(KindMap kind, RunMode mode, bool isNamed) =>
        kind is { Parent: null, PartOf: null } && (mode switch
        {
            RunMode.Reference => kind.IsReference,
            RunMode.Import => true,
            _ => !kind.IsReference || isNamed,
        });

    /// <summary>The next step after the totals are known.</summary>
    public SyncRunInput AfterCount() => this with { Stage = RunStage.Note };

    /// <summary>The next step after a page.</summary>
    public SyncRunInput After(PageResult page)
    {
        if (Stage == RunStage.References) return this with { Stage = Kinds.IsEmpty ? RunStage.Finished : Mode == RunMode.Import ? RunStage.Count : RunStage.Note, Failures = 0 };
        var next = this with { Walk = page.Walk, Failures = 0 };
        if (!AllParents)
        {
            next = next with { Parents = [.. Parents.Union(page.Parents)] };
            if (next.Parents.Length > MaxParents) next = next with { Parents = [], AllParents = true };
        }

        if (!page.Walk.Done) return next;
        if (page.CursorsWait) next = next with { Unsaved = [.. Unsaved, page.Walk] };
        return Stage == RunStage.Note
            ? next with { Stage = RunStage.Records, Walk = KindWalk.Begin(Kind), Walked = [.. Walked, Slim(page.Walk)] }
            : (next with { Walked = [.. Walked, Slim(page.Walk)] }).AfterKind();
    }

    /// <summary>A failed page, to be tried again later.</summary>
    public SyncRunInput AfterFailure() => this with { Failures = Failures + 1 };

    private SyncRunInput AfterKind()
    {
        if (KindIndex + 1 < Kinds.Length)
        {
            return this with { KindIndex = KindIndex + 1, Walk = KindWalk.Begin(Kinds[KindIndex + 1]), Stage = Mode is RunMode.Import or RunMode.Reference ? RunStage.Note : RunStage.Records };
        }

        return Mode switch
        {
            RunMode.Comprehensive or RunMode.DryRun or RunMode.Reference => this with { Stage = RunStage.Gone, KindIndex = 0, Walk = KindWalk.Begin(Kinds[0]) },
            RunMode.Inventory => this with { Stage = RunStage.Finished },
            _ => this with { Stage = WithNews ? RunStage.News : RunStage.Insides },
        };
    }

    /// <summary>The next step after it is known which projects are to be looked at.</summary>
    public SyncRunInput AfterNews(ImmutableArray<string> projects) => this with { Stage = RunStage.Insides, Parents = AllParents ? Parents : [.. Parents.Union(projects)] };

    /// <summary>The next step after the links of a kind were compared with the lists.</summary>
    public SyncRunInput AfterGone() =>
        KindIndex + 1 < Kinds.Length ? this with { KindIndex = KindIndex + 1 } : this with { Stage = Mode == RunMode.Reference ? RunStage.Finished : RunStage.Insides };

    /// <summary>The next step after a wave of insides.</summary>
    public SyncRunInput AfterInsides(int handled, string? after)
    {
        var left = AllParents ? this with { ParentsAfter = after } : this with { Parents = Parents.RemoveRange(0, handled) };
        return (AllParents ? after is null : left.Parents.IsEmpty) ? left.AfterAllInsides() : left;
    }

    /// <summary>The work list of a flow that is polled is looked at by its polls.</summary>
    public SyncRunInput AfterAllInsides() => this with { Stage = WithWork ? RunStage.Work : RunStage.Finished };

    /// <summary>Only the start of a walk is needed once it is done.</summary>
    private static KindWalk Slim(KindWalk walk) => walk with
    {
        Left = walk.Left with { Seen = [] },
        Right = walk.Right with { Seen = [] },
    };
}
