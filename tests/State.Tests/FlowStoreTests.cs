using System.Collections.Immutable;
using Azure;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class FlowStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly StoppedClock _clock = new(Now);

    private FlowStore Store => new(Tables, Ids, _clock);

    [Fact]
    public async Task Flow_FullAndBare_ComeBack()
    {
        var bare = FullFlow() with { Key = Flow with { Flow = new FlowId("bare") }, Settings = FlowSettings.Default, WentLiveAt = null, MadeAt = null, PollEvery = null, Enabled = false, SweptAt = null, SweepNotBefore = null, ReferencesAt = null, RecordsKey = null, WebhookSecrets = ImmutableSortedDictionary<string, WebhookSecret>.Empty, DisconnectedAt = null };
        (await Store.InsertAsync(FullFlow(), Cancel)).ShouldBeTrue();
        (await Store.InsertAsync(bare, Cancel)).ShouldBeTrue();

        ShouldHoldTheSame((await Store.GetAsync(Flow, Cancel))!.Value.Value, FullFlow());
        ShouldHoldTheSame((await Store.GetAsync(bare.Key, Cancel))!.Value.Value, bare);
        ShouldHoldTheSame((await Store.ListAsync(Acme, Cancel)).Select(flow => flow.Value), [bare, FullFlow()]);
        (await Store.ListAsync(new TenantId("other"), Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Insert_Exists_IsLost()
    {
        await Store.InsertAsync(FullFlow(), Cancel);

        (await Store.InsertAsync(FullFlow() with { Name = "another" }, Cancel)).ShouldBeFalse();
        (await Store.ListAsync(Acme, Cancel)).Single().Value.Name.ShouldBe(FullFlow().Name);
    }

    [Fact]
    public async Task Replace_ChangedMeanwhile_IsLost()
    {
        await Store.InsertAsync(FullFlow(), Cancel);
        var read = (await Store.GetAsync(Flow, Cancel))!.Value;

        var replaced = await Store.ReplaceAsync(read with { Value = read.Value with { Enabled = false } }, Cancel);

        replaced.ShouldNotBeNull();
        (await Store.ReplaceAsync(read with { Value = read.Value with { Name = "late" } }, Cancel)).ShouldBeNull();
        (await Store.ReplaceAsync(replaced.Value with { Value = read.Value with { Name = "in time" } }, Cancel)).ShouldNotBeNull();
        (await Store.GetAsync(Flow, Cancel))!.Value.Value.Name.ShouldBe("in time");
    }

    [Fact]
    public async Task Load_EverythingOfAFlow_IsOneQuery()
    {
        await Store.InsertAsync(FullFlow(), Cancel);
        var guard = (await TakeAsync("run", Lane.Sweep))!.Value;
        var cursors = await Store.SaveCursorsAsync(Flow, [NewCursor(Side.Left), NewCursor(Side.Right)], Cancel);
        await Store.EnsureHintAsync(Flow, "company", Now, Cancel);
        await Store.PutDocumentAsync(Flow, "setup", new string('x', 300_000), StateJson.Options, null, Cancel);
        await Store.InsertAsync(FullFlow() with { Key = Flow with { Flow = new FlowId("companies-both-ways-2") } }, Cancel);
        Transport.Reset();

        var state = (await Store.LoadAsync(Flow, Cancel))!;

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table query"] = 1 });
        ShouldHoldTheSame(state.Flow.Value, FullFlow());
        state.Guards.ShouldBe([guard]);
        state.Guard(Lane.Sweep).ShouldBe(guard);
        state.Guard(Lane.Live).ShouldBeNull();
        ShouldHoldTheSame(state.Cursors, cursors!);
        ShouldHoldTheSame(state.Cursor("company", Side.Right)!.Value.Value, NewCursor(Side.Right).Value);
        state.Cursor("person", Side.Right).ShouldBeNull();
        state.Hint("company")!.Value.Value.ShouldBe(new WorkHint("company", Now));
        state.Hint("person").ShouldBeNull();
    }

    [Fact]
    public async Task Load_NoFlow_IsNothing()
    {
        await Store.EnsureHintAsync(Flow, "company", Now, Cancel);

        (await Store.LoadAsync(Flow, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Guard_Full_ComesBack()
    {
        var guard = new Guard(Lane.Import, RunStatus.InQueue, new RunId("run"), 12, Now, Now.AddMinutes(1), "full", "manual", "delta") { NotBefore = Now.AddHours(1), Paused = true, Detail = "waits" };

        var version = await Store.ReplaceGuardAsync(Flow, guard, null, Cancel);

        (await Store.GetGuardAsync(Flow, Lane.Import, Cancel)).ShouldBe(new Versioned<Guard>(guard, version!.Value));
        (await Store.GetGuardAsync(Flow, Lane.Live, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Guard_ReplacedMeanwhile_IsLost()
    {
        var guard = new Guard(Lane.Live, RunStatus.Idle, null, 1, Now, null, null, null, null);
        var version = await Store.ReplaceGuardAsync(Flow, guard, null, Cancel);
        await Store.ReplaceGuardAsync(Flow, guard with { Epoch = 2 }, version, Cancel);

        (await Store.ReplaceGuardAsync(Flow, guard with { Epoch = 3 }, version, Cancel)).ShouldBeNull();
        (await Store.ReplaceGuardAsync(Flow, guard with { Epoch = 3 }, null, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Take_ByManyAtOnce_IsGivenToOne()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => TakeAsync($"run {number}")));

        var winner = taken.OfType<Versioned<Guard>>().Single();
        winner.Value.Epoch.ShouldBe(1);
        (await Store.GetGuardAsync(Flow, Lane.Live, Cancel)).ShouldBe(winner);
    }

    [Fact]
    public async Task Take_ExpiredByManyAtOnce_IsTakenOverByOneAndFencesTheOldHolder()
    {
        var old = (await TakeAsync("old"))!.Value;
        _clock.Now += Lease;

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => TakeAsync($"run {number}")));

        taken.OfType<Versioned<Guard>>().Single().Value.Epoch.ShouldBe(2);
        (await Store.ReplaceGuardAsync(Flow, RunStatusMachine.Finish(old.Value, _clock.Now, TimeSpan.Zero), old.ETag, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Take_AnswerLost_IsStillOurs()
    {
        LoseAnswer("table insert");

        (await TakeAsync("run"))!.Value.Value.Epoch.ShouldBe(1);
        (await TakeAsync("other")).ShouldBeNull();
    }

    [Fact]
    public async Task Take_OtherLanesAndProjects_DoNotHoldUpEachOther()
    {
        (await TakeAsync("a")).ShouldNotBeNull();
        (await TakeAsync("b", Lane.Import)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Cursors_OneMovedMeanwhile_NoneIsSaved()
    {
        var read = (await Store.SaveCursorsAsync(Flow, [NewCursor(Side.Left), NewCursor(Side.Right)], Cancel))!;
        await Store.SaveCursorsAsync(Flow, [Later(read[1], 1)], Cancel);

        (await Store.SaveCursorsAsync(Flow, [Later(read[0], 2), Later(read[1], 2)], Cancel)).ShouldBeNull();

        await Store.InsertAsync(FullFlow(), Cancel);
        var state = (await Store.LoadAsync(Flow, Cancel))!;
        state.Cursor("company", Side.Left)!.Value.Value.ChangedSince.ShouldBe(Now);
        state.Cursor("company", Side.Right)!.Value.Value.ChangedSince.ShouldBe(Now.AddMinutes(1));
    }

    [Fact]
    public async Task Cursors_SavedAgainAndAgain_TakeTheirNewVersions()
    {
        var saved = (await Store.SaveCursorsAsync(Flow, [NewCursor(Side.Left)], Cancel))!;
        LoseAnswer("table transaction");

        var again = (await Store.SaveCursorsAsync(Flow, [Later(saved[0], 1)], Cancel))!;

        (await Store.SaveCursorsAsync(Flow, [Later(again[0], 2)], Cancel)).ShouldNotBeNull();
        (await Store.SaveCursorsAsync(Flow, [], Cancel)).ShouldBe([]);
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(0, 0, 0)]
    public async Task Hint_EnsuredTwice_IsTheEarlier(int first, int second, int expected)
    {
        await Store.InsertAsync(FullFlow(), Cancel);
        await Store.EnsureHintAsync(Flow, "company", Now.AddMinutes(first), Cancel);
        await Store.EnsureHintAsync(Flow, "company", Now.AddMinutes(second), Cancel);

        (await HintAsync()).Value.DueAt.ShouldBe(Now.AddMinutes(expected));
    }

    [Fact]
    public async Task Hint_EnsuredByMany_IsTheEarliest()
    {
        await Store.InsertAsync(FullFlow(), Cancel);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Store.EnsureHintAsync(Flow, "company", Now.AddMinutes(number), Cancel)));

        (await HintAsync()).Value.DueAt.ShouldBe(Now);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hint_ResetWhileNewWorkCame_Stays(bool hasNext)
    {
        await Store.InsertAsync(FullFlow(), Cancel);
        await Store.EnsureHintAsync(Flow, "company", Now, Cancel);
        var read = await HintAsync();

        // The new work is due no earlier than the hint says already: the hint changes nevertheless.
        await Store.EnsureHintAsync(Flow, "company", Now.AddMinutes(1), Cancel);
        await Store.ResetHintAsync(Flow, read, hasNext ? Now.AddHours(1) : null, Cancel);

        (await HintAsync()).Value.DueAt.ShouldBe(Now);
    }

    [Fact]
    public async Task Hint_Reset_IsMovedOrTakenAway()
    {
        await Store.InsertAsync(FullFlow(), Cancel);
        await Store.EnsureHintAsync(Flow, "company", Now, Cancel);

        await Store.ResetHintAsync(Flow, await HintAsync(), Now.AddHours(1), Cancel);
        (await HintAsync()).Value.DueAt.ShouldBe(Now.AddHours(1));

        await Store.ResetHintAsync(Flow, await HintAsync(), null, Cancel);
        (await Store.LoadAsync(Flow, Cancel))!.Hints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Document_Big_ComesBackAndIsReplacedByItsVersion()
    {
        var report = Enumerable.Range(0, 20_000).ToDictionary(number => $"row {number}", number => number);

        var version = await Store.PutDocumentAsync(Flow, "report", report, StateJson.Options, null, Cancel);

        var read = (await Store.GetDocumentAsync<Dictionary<string, int>>(Flow, "report", StateJson.Options, Cancel))!.Value;
        read.ETag.ShouldBe(version!.Value);
        read.Value.ShouldBe(report);
        (await Store.PutDocumentAsync(Flow, "report", 1, StateJson.Options, null, Cancel)).ShouldBeNull();
        var next = await Store.PutDocumentAsync(Flow, "report", new Dictionary<string, int>(), StateJson.Options, version, Cancel);
        next.ShouldNotBeNull();
        (await Store.PutDocumentAsync(Flow, "report", 1, StateJson.Options, version, Cancel)).ShouldBeNull();
        (await Store.GetDocumentAsync<Dictionary<string, int>>(Flow, "report", StateJson.Options, Cancel))!.Value.Value.ShouldBeEmpty();
        (await Store.GetDocumentAsync<int>(Flow, "other", StateJson.Options, Cancel)).ShouldBeNull();
    }

    private Task<Versioned<Guard>?> TakeAsync(string run, Lane lane = Lane.Live) =>
        Store.TryTakeAsync(Flow, lane, new RunId(run), RunStatus.Syncing, "delta", "poll", Lease, Cancel);

    private async Task<Versioned<WorkHint>> HintAsync() => (await Store.LoadAsync(Flow, Cancel))!.Hints.Single();

    private static Versioned<Cursor> NewCursor(Side side) => new(new Cursor("company", side, Now, ["a1", "b2"]) { ReadAt = Now.AddSeconds(3) }, default);

    private static Versioned<Cursor> Later(Versioned<Cursor> cursor, int minutes) => cursor with { Value = cursor.Value with { ChangedSince = Now.AddMinutes(minutes) } };

    private static Flow FullFlow() => new(Flow, "synergy-tinyplus", "Companies, both ways", Crm, new ConnectionId("erp"))
    {
        Settings = new FlowSettings
        {
            Direction = Direction.LeftToRight,
            Kinds = ImmutableSortedDictionary<string, KindSettings>.Empty.Add("company", new KindSettings
            {
                Enabled = false,
                NewLeftToRight = false,
                NewRightToLeft = true,
                WhenGone = LifecyclePolicy.Pause,
                WhenArchived = LifecyclePolicy.Unlink,
                ReviveEdited = false,
                Master = Side.Right,
                NewestWins = true,
                OnNoMatch = OnNoMatch.Ask,
                OnAmbiguous = OnAmbiguous.Create,
                Blanks = ImmutableSortedDictionary<string, BlankPolicy>.Empty.Add("name", BlankPolicy.Keep),
                CustomFields = [new CustomField("colour", "custom1", "colour") { Type = FieldType.Set, Direction = Direction.LeftToRight, Blank = BlankPolicy.Keep, MaxLength = 40 }],
                Filters = [new RecordFilter(Side.Right, "lists", ["Members"], Except: true, Blocks.Incoming)],
                Fields = ImmutableSortedDictionary<string, Direction>.Empty.Add("name", Direction.InitiallyFromLeft),
                AutoPause = new AutoPause("lifecycle", ["archived"], 30),
            }),
            LockedStatuses = ["Closed"],
            ValueMaps = ImmutableSortedDictionary<string, ImmutableArray<ValuePair>>.Empty.Add("stages", [new ValuePair("a", "b")]),
            LockWindow = TimeSpan.FromMinutes(60),
            OnLockEnd = LockEnd.Discard,
            UnownedEdits = UnownedEdit.Leave,
            Runaway = new Runaway(5, TimeSpan.FromMinutes(30)),
            CoolDown = TimeSpan.FromMinutes(10),
            SweepEvery = TimeSpan.FromHours(6),
            Reactions = [new Reaction(ReactionEvent.ProspectAdded, new ReactionDo(MergeField: "STATUS", Value: "{status}")) { Status = ["Open"] }],
        },
        Mode = FlowMode.OneOff,
        Enabled = true,
        WentLiveAt = Now.AddDays(-3),
        CreatedAt = Now.AddDays(-5),
        MadeAt = new Uri("https://sync.example/"),
        PollEvery = TimeSpan.FromMinutes(5),
        SweptAt = Now.AddHours(-3),
        SweepNotBefore = Now.AddHours(1),
        ReferencesAt = Now.AddHours(-2),
        RecordsKey = new RecordsKey("hash", Now, "older", Now.AddDays(1)),
        WebhookSecrets = ImmutableSortedDictionary<string, WebhookSecret>.Empty.Add("https://example.com/", new WebhookSecret([1, 2], [3], Now)),
        DisconnectedAt = Now,
    };
}
