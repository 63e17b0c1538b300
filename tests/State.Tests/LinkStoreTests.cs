using System.Collections.Immutable;
using Azure;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class LinkStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly LinkScope Companies = new(Flow, "company");

    private LinkStore Store => new(Tables);

    [Fact]
    public async Task Link_Full_ComesBack()
    {
        var link = FullLink("one");

        var result = (await Store.CommitAsync(Companies, [new LinkUnit { Link = link }], Cancel)).Single();

        var stored = (await Store.LoadAsync(Companies, [link.Id], Cancel))[link.Id];
        stored.Value.ShouldBe(link);
        result.ShouldBe(new CommitResult(Committed: true, stored.ETag, LostOn: null));
    }

    [Fact]
    public async Task Link_Bare_ComesBack()
    {
        var link = new Link(new LinkId("bare"), "company") { State = LinkState.Creating };

        await Store.CommitAsync(Companies, [new LinkUnit { Link = link }], Cancel);

        (await Store.LoadAsync(Companies, [link.Id], Cancel))[link.Id].Value.ShouldBe(link);
    }

    [Fact]
    public async Task Event_OfALink_IsStoredWithItOrNotAtAll()
    {
        var told = new LinkEvent("event", new LinkId("one"), Side.Left, ReactionEvent.ProspectStatusChanged, "Before", "Now \"and\" then", new ReactionDo(Webhook: "https://example.com/"), Now, Now.AddMinutes(1)) { Attempts = 2 };
        await Store.CommitAsync(Companies, [new LinkUnit { Link = FullLink("one"), Events = [told] }], Cancel);
        (await Store.CommitAsync(Companies, [new LinkUnit { Link = FullLink("one"), Events = [told with { Id = "second" }] }], Cancel)).Single().Committed.ShouldBeFalse();

        var stored = (await Store.EventsAsync(Companies, 10, Cancel)).ShouldHaveSingleItem();
        stored.Value.ShouldBe(told);
        (await Store.ReplaceEventAsync(Companies, stored with { Value = told with { Attempts = 3 } }, Cancel)).ShouldNotBeNull();
        (await Store.ReplaceEventAsync(Companies, stored, Cancel)).ShouldBeNull("Somebody has taken it.");
        await Store.RemoveEventAsync(Companies, (await Store.EventsAsync(Companies, 10, Cancel)).Single(), Cancel);
        (await Store.EventsAsync(Companies, 10, Cancel)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(OddIds.Escaped), MemberType = typeof(OddIds))]
    public async Task Rows_OddRecordIds_ComeBackAndAreFound(string escaped)
    {
        var id = Keys.Unescape(escaped);
        var link = FullLink("one") with { LeftId = id, RightId = id };
        var entry = Entry(Side.Left, id) with { MatchKeys = [id] };
        var work = FullWork(id);

        var result = await Store.CommitAsync(Companies, [new LinkUnit { Link = link, Index = [IndexWrite.Insert(entry)], PutWork = [work] }], Cancel);

        result.Single().Committed.ShouldBeTrue();
        (await Store.LoadAsync(Companies, [link.Id], Cancel)).Values.Single().Value.ShouldBe(link);
        ShouldHoldTheSame((await Store.FindAsync(Companies, Side.Left, [id, "other"], Cancel)).ToDictionary(e => Keys.Escape(e.Key), e => Keys.Escape(e.Value.Value.RecordId)), new() { [escaped] = escaped });
        (await Store.FindByKeysAsync(Companies, Side.Left, [id, "other"], Cancel))[id].Single().Value.RecordId.ShouldBe(id);
        (await Store.DueWorkAsync(Companies, work.DueAt, 10, Cancel)).Single().Value.ShouldBe(work);
        (await Store.AwaitingAsync(Companies, "person", Cancel)).Single().Value.ShouldBe(work);
    }

    [Fact]
    public async Task Commit_AllOddIdsAtOnce_AreTheirOwnRows()
    {
        var units = OddIds.All.Select(id => new LinkUnit { Index = [IndexWrite.Insert(Entry(Side.Right, id))] }).ToList();

        (await Store.CommitAsync(Companies, units, Cancel)).ShouldAllBe(result => result.Committed);

        (await Store.FindAsync(Companies, Side.Right, OddIds.All, Cancel)).Keys.ShouldBe(OddIds.All, ignoreOrder: true);
        (await Store.FindAsync(Companies, Side.Left, OddIds.All, Cancel)).ShouldBeEmpty();
        (await Store.FindAsync(Companies with { Kind = "person" }, Side.Right, OddIds.All, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Entry_FullAndBare_ComeBack()
    {
        var full = Entry(Side.Left, "full") with { Link = new LinkId("one"), Tombstone = true, IsOlder = true, MatchKeys = ["a", "b"], Label = "Acme Ltd", Hash = "h", Reason = "two have the same e-mail", AwaitsEdit = true, First = new AwaitedRecord("person", Side.Left, "7"), Marks = new Marks { Name = ["acme"], MailDomains = ["acme.example"], Phones = ["4912345"], Address = ["high", "street"] } };
        var bare = Entry(Side.Left, "bare");

        await Store.CommitAsync(Companies, [new LinkUnit { Index = [IndexWrite.Insert(full), IndexWrite.Insert(bare)] }], Cancel);

        var found = await Store.FindAsync(Companies, Side.Left, ["full", "bare"], Cancel);
        ShouldHoldTheSame(found["full"].Value, full);
        ShouldHoldTheSame(found["bare"].Value, bare);
    }

    [Fact]
    public async Task Find_AHundredRecords_TakesATenthOfAnOperationEach()
    {
        var units = Enumerable.Range(0, 100).Select(number => Unit(number)).ToList();
        await Store.CommitAsync(Companies, units, Cancel);
        Transport.Reset();

        var found = await Store.FindAsync(Companies, Side.Left, [.. units.Select(unit => unit.Link!.LeftId!)], Cancel);
        Transport.Count.ShouldBeLessThanOrEqualTo(10);
        Transport.Reset();
        var links = await Store.LoadAsync(Companies, [.. units.Select(unit => unit.Link!.Id)], Cancel);

        Transport.Count.ShouldBeLessThanOrEqualTo(10);
        found.Count.ShouldBe(100);
        links.Values.Select(link => link.Value).ShouldBe(units.Select(unit => unit.Link!), ignoreOrder: true);
    }

    [Fact]
    public async Task Commit_AHundredLinks_AreCutAtThirtyThree()
    {
        // A link with two index rows is three rows: 33 of them are 99.
        var units = Enumerable.Range(0, 100).Select(number => Unit(number)).ToList();

        var results = await Store.CommitAsync(Companies, units, Cancel);

        results.ShouldAllBe(result => result.Committed);
        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 4 });
    }

    [Fact]
    public async Task Commit_LinksAlone_AreCutAtThirtyThreeToo()
    {
        var units = Enumerable.Range(0, 34).Select(number => Unit(number) with { Index = [] });

        (await Store.CommitAsync(Companies, [.. units], Cancel)).ShouldAllBe(result => result.Committed);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 2 });
    }

    [Fact]
    public async Task Commit_BigUnits_AreCutBySize()
    {
        // 45,000 and twice 20,000 bytes are some 115 KiB in base64: 33 such units are more than the service takes at once.
        var big = FieldSet.Of(("text", FieldValue.Of(new string('x', 45_000))));
        var units = Enumerable.Range(0, 33).Select(number => Unit(number)).Select(unit => unit with
        {
            Link = unit.Link! with { Bases = new Bases(big, FieldSet.Empty) },
            Index = [.. unit.Index.Select(index => index with { Entry = index.Entry with { MatchKeys = [new string('y', 20_000)] } })],
        });

        (await Store.CommitAsync(Companies, [.. units], Cancel)).ShouldAllBe(result => result.Committed);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 2 });
    }

    [Fact]
    public async Task Commit_LinkOverItsLimit_IsRefusedBeforeAnythingIsWritten()
    {
        var big = FieldSet.Of(("text", FieldValue.Of(new string('x', 49_000))));
        var link = FullLink("big") with { Bases = new Bases(big, FieldSet.Empty) };

        var failure = await Should.ThrowAsync<LinkTooLargeException>(async () => await Store.CommitAsync(Companies, [Unit(1), new LinkUnit { Link = link }], Cancel));

        failure.Message.ShouldContain("big");
        Transport.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Commit_OneUnitLost_TheOthersAreWritten()
    {
        var units = Enumerable.Range(0, 40).Select(number => Unit(number)).ToList();
        var taken = IndexWrite.Insert(Entry(Side.Right, "right 7") with { Link = new LinkId("somebody") });
        await Store.CommitAsync(Companies, [new LinkUnit { Index = [taken] }], Cancel);

        var results = await Store.CommitAsync(Companies, units, Cancel);

        results.Select((result, number) => (result.Committed, number)).Where(item => !item.Committed).Select(item => item.number).ShouldBe([7]);
        results[7].LostOn.ShouldBe(Keys.Index(Side.Right, "right 7"));
        var links = await Store.LoadAsync(Companies, [.. units.Select(unit => unit.Link!.Id)], Cancel);
        links.Count.ShouldBe(39);
        links.Keys.ShouldNotContain(units[7].Link!.Id);
        (await Store.FindAsync(Companies, Side.Left, ["left 7"], Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_LinkChangedMeanwhile_IsLostAsAWhole()
    {
        var before = await CommitOneAsync(Unit(1));
        await CommitOneAsync(new LinkUnit { Link = Unit(1).Link! with { State = LinkState.Paused }, LinkETag = before.LinkETag });
        var late = new LinkUnit
        {
            Link = Unit(1).Link! with { State = LinkState.Tombstone },
            LinkETag = before.LinkETag,
            Index = [IndexWrite.Insert(Entry(Side.Left, "new"))],
            PutWork = [FullWork("new")],
        };

        var result = await CommitOneAsync(late);

        (result.Committed, result.LostOn).ShouldBe((false, Keys.Link(Unit(1).Link!.Id)));
        (await Store.LoadAsync(Companies, [late.Link!.Id], Cancel)).Values.Single().Value.State.ShouldBe(LinkState.Paused);
        (await Store.FindAsync(Companies, Side.Left, ["new"], Cancel)).ShouldBeEmpty();
        (await Store.WorkAsync(Companies, 10, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_TwoClaimTheSameRecord_OneWins()
    {
        var claims = Enumerable.Range(0, 8).Select(number => new LinkUnit
        {
            Link = new Link(new LinkId($"claim{number}"), "company") { State = LinkState.Active, LeftId = $"{number}", RightId = "wanted" },
            Index = [IndexWrite.Insert(Entry(Side.Right, "wanted") with { Link = new LinkId($"claim{number}") })],
        });

        var results = await Task.WhenAll(claims.Select(CommitOneAsync));

        results.Count(result => result.Committed).ShouldBe(1);
        (await Store.LinksAsync(Companies, null, 10, Cancel)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Commit_AnswerLost_IsRecognisedAsOurs()
    {
        var units = Enumerable.Range(0, 20).Select(number => Unit(number) with { PutWork = [FullWork($"{number}")] }).ToList();
        LoseAnswer("table transaction");

        var results = await Store.CommitAsync(Companies, units, Cancel);

        results.ShouldAllBe(result => result.Committed);
        var stored = await Store.LoadAsync(Companies, [.. units.Select(unit => unit.Link!.Id)], Cancel);
        results.Select(result => result.LinkETag).ShouldBe(units.Select(unit => stored[unit.Link!.Id].ETag));
        Transport.ByOperation["table transaction"].ShouldBe(2);
    }

    [Fact]
    public async Task Commit_AnswerLostAndDoneWorkInIt_IsRecognisedAsOurs()
    {
        var before = await CommitOneAsync(Unit(1) with { PutWork = [FullWork("left 1")] });
        var work = await Store.WorkAsync(Companies, 10, Cancel);
        LoseAnswer("table transaction");

        var result = await CommitOneAsync(new LinkUnit { Link = Unit(1).Link! with { State = LinkState.Paused }, LinkETag = before.LinkETag, DoneWork = [.. work] });

        result.Committed.ShouldBeTrue();
        (await Store.WorkAsync(Companies, 10, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_UnitsOfTheSameRow_AreWrittenInTheirOrder()
    {
        var first = Unit(1) with { PutWork = [FullWork("same") with { DueAt = Now, Attempts = 1 }] };
        var second = Unit(2) with { PutWork = [FullWork("same") with { DueAt = Now.AddHours(-1), Attempts = 2 }] };

        (await Store.CommitAsync(Companies, [first, second], Cancel)).ShouldAllBe(result => result.Committed);

        (await Store.WorkAsync(Companies, 10, Cancel)).Single().Value.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Commit_UnitOfOverAHundredRows_IsRefused() =>
        await Should.ThrowAsync<ArgumentException>(async () => await CommitOneAsync(
            new LinkUnit { Index = [.. Enumerable.Range(0, 101).Select(number => IndexWrite.Insert(Entry(Side.Left, $"{number}")))] }));

    [Fact]
    public async Task Commit_ReplacementWithoutAVersion_IsRefused()
    {
        var entry = Entry(Side.Left, "17");

        await Should.ThrowAsync<ArgumentException>(async () => await CommitOneAsync(new LinkUnit { Index = [IndexWrite.Replace(new(entry, default), entry)] }));
        await Should.ThrowAsync<ArgumentException>(async () => await CommitOneAsync(new LinkUnit { DoneWork = [new(FullWork("17"), default)] }));
    }

    [Fact]
    public async Task Commit_Nothing_IsCommittedWithoutACall()
    {
        (await CommitOneAsync(new LinkUnit())).Committed.ShouldBeTrue();
        Transport.Count.ShouldBe(0);
    }

    [Fact]
    public async Task MatchKeys_UnlinkedLinkedAndUnlinkedAgain_FollowTheEntry()
    {
        var entry = Entry(Side.Left, "17") with { MatchKeys = ["email=a", "name=b"] };
        await CommitOneAsync(new LinkUnit { Index = [IndexWrite.Insert(entry)] });
        (await MatchesAsync()).ShouldBe("email=a: 17; name=b: 17");

        await ReplaceAsync(before => before with { MatchKeys = ["email=c", "name=b"] });
        (await MatchesAsync()).ShouldBe("email=c: 17; name=b: 17");

        await ReplaceAsync(before => before with { Link = new LinkId("one") });
        (await MatchesAsync()).ShouldBe("");
        (await RowKeysAsync("m|")).ShouldBeEmpty();

        await ReplaceAsync(before => before with { MatchKeys = ["email=d"] });
        (await MatchesAsync()).ShouldBe("");

        await ReplaceAsync(before => before with { Link = null });
        (await MatchesAsync()).ShouldBe("email=d: 17");

        await ReplaceAsync(before => before with { Tombstone = true });
        (await MatchesAsync()).ShouldBe("");

        await ReplaceAsync(before => before with { Tombstone = false });
        await CommitOneAsync(new LinkUnit { Index = [IndexWrite.Delete(await ReadAsync("17"))] });
        (await RowKeysAsync("")).ShouldBeEmpty();

        async Task ReplaceAsync(Func<IndexEntry, IndexEntry> change)
        {
            var before = await ReadAsync("17");
            (await CommitOneAsync(new LinkUnit { Index = [IndexWrite.Replace(before, change(before.Value))] })).Committed.ShouldBeTrue();
        }

        async Task<string> MatchesAsync()
        {
            var found = await Store.FindByKeysAsync(Companies, Side.Left, ["email=a", "email=c", "email=d", "name=b"], Cancel);
            return string.Join("; ", found.OrderBy(match => match.Key).Select(match => $"{match.Key}: {string.Join(' ', match.Value.Select(e => e.Value.RecordId))}"));
        }
    }

    [Fact]
    public async Task MatchKeys_Shared_FindAllWhoHaveThem()
    {
        var units = Enumerable.Range(0, 30).Select(number => new LinkUnit { Index = [IndexWrite.Insert(Entry(Side.Right, $"{number:D2}") with { MatchKeys = [$"key{number % 3}"] })] });
        await Store.CommitAsync(Companies, [.. units], Cancel);
        Transport.Reset();

        var found = await Store.FindByKeysAsync(Companies, Side.Right, ["key1", "none"], Cancel);

        found.Keys.ShouldBe(["key1"]);
        found["key1"].Select(entry => entry.Value.RecordId).ShouldBe(Enumerable.Range(0, 10).Select(number => $"{(number * 3) + 1:D2}"));
        Transport.Count.ShouldBe(2);
        (await Store.FindByKeysAsync(Companies, Side.Left, ["key1"], Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task OpenCreates_OpenedAndClosed_AreThoseInBetween()
    {
        var link = FullLink("one");
        var opened = await CommitOneAsync(new LinkUnit { Link = link, OpensCreate = new OpenCreate(link.Id, Side.Right) });

        (await Store.OpenCreatesAsync(Companies, Side.Right, Cancel)).Single().ShouldBe(new Versioned<Link>(link, opened.LinkETag));
        (await Store.OpenCreatesAsync(Companies, Side.Left, Cancel)).ShouldBeEmpty();

        var close = new LinkUnit { Link = link with { Intent = null }, LinkETag = opened.LinkETag, ClosesCreate = new OpenCreate(link.Id, Side.Right) };
        var closed = await CommitOneAsync(close);
        (await Store.OpenCreatesAsync(Companies, Side.Right, Cancel)).ShouldBeEmpty();

        // Closing what is closed harms nothing.
        (await CommitOneAsync(close with { LinkETag = closed.LinkETag })).Committed.ShouldBeTrue();
    }

    [Fact]
    public async Task Links_ByPages_AreAllInOrder()
    {
        var units = Enumerable.Range(0, 25).Select(number => Unit(number)).ToList();
        await Store.CommitAsync(Companies, units, Cancel);

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.LinksAsync(Companies, after, 10, Cancel);
            seen.AddRange(page.Items.Select(link => link.Value.Id.Value));
            after = page.Continuation;
        }
        while (after is not null);

        seen.ShouldBe(units.Select(unit => unit.Link!.Id.Value));
    }

    [Fact]
    public async Task Unlinked_SomeLinked_AreTheOthersByPages()
    {
        var units = Enumerable.Range(0, 30).Select(number => new LinkUnit
        {
            Index = [IndexWrite.Insert(Entry(Side.Left, $"{number:D2}") with { Link = number % 2 == 0 ? new LinkId("x") : null })],
        });
        await Store.CommitAsync(Companies, [.. units], Cancel);

        var first = await Store.UnlinkedAsync(Companies, Side.Left, false, null, 10, Cancel);
        var second = await Store.UnlinkedAsync(Companies, Side.Left, false, first.Continuation, 10, Cancel);

        first.Items.Concat(second.Items).Select(entry => entry.Value.RecordId).ShouldBe(Enumerable.Range(0, 15).Select(number => $"{(number * 2) + 1:D2}"));
        second.Continuation.ShouldBeNull();
        (await Store.EntriesAsync(Companies, Side.Left, null, 100, Cancel)).Items.Count.ShouldBe(30);
    }

    [Fact]
    public async Task Work_Put_IsDueInItsTimeOnly()
    {
        await Store.PutWorkAsync(Companies, [FullWork("now") with { DueAt = Now }, FullWork("later") with { DueAt = Now.AddSeconds(1) }], Cancel);

        (await Store.DueWorkAsync(Companies, Now, 10, Cancel)).Select(item => item.Value.RecordId).ShouldBe(["now"]);
        (await Store.WorkAsync(Companies, 10, Cancel)).Count.ShouldBe(2);
        (await Store.WorkAsync(Companies, 1, Cancel)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Work_TenEventsOfARecord_AreOneRowAndOneTransaction()
    {
        await Store.PutWorkAsync(Companies, [.. Enumerable.Range(0, 10).Select(number => FullWork("same") with { Attempts = number })], Cancel);

        (await Store.WorkAsync(Companies, 10, Cancel)).Single().Value.Attempts.ShouldBe(9);
        Transport.ByOperation["table transaction"].ShouldBe(1);
    }

    [Fact]
    public async Task Work_NewsWhileItIsDone_Stays()
    {
        await Store.PutWorkAsync(Companies, [FullWork("17"), FullWork("18")], Cancel);
        var read = await Store.WorkAsync(Companies, 10, Cancel);
        await Store.PutWorkAsync(Companies, [FullWork("17")], Cancel);

        var result = await CommitOneAsync(Unit(1) with { DoneWork = [.. read] });

        result.Committed.ShouldBeTrue();
        (await Store.WorkAsync(Companies, 10, Cancel)).Select(item => item.Value.RecordId).ShouldBe(["17"]);
        (await Store.LoadAsync(Companies, [Unit(1).Link!.Id], Cancel)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Work_NewsWhileItIsPutOff_IsNotPutOff()
    {
        await Store.PutWorkAsync(Companies, [FullWork("17")], Cancel);
        var read = await Store.WorkAsync(Companies, 10, Cancel);
        await Store.PutWorkAsync(Companies, [News("17")], Cancel);

        var result = await CommitOneAsync(Unit(1) with { DoneWork = [.. read], PutWork = [FullWork("17") with { Reason = WorkReason.Held, DueAt = Now.AddHours(1) }] });

        result.Committed.ShouldBeTrue();
        var left = (await Store.WorkAsync(Companies, 10, Cancel)).Single().Value;
        (left.Reason, left.DueAt, left.IsOfBothSides).ShouldBe((WorkReason.Webhook, Now, true));
    }

    [Fact]
    public async Task Work_NewsWhereAPlanWaits_StandsForThePlanToo()
    {
        await Store.PutWorkAsync(Companies, [FullWork("17") with { Reason = WorkReason.Retry, DueAt = Now.AddHours(1) }], Cancel);

        foreach (var _ in Enumerable.Range(0, 2)) await Store.NoteWorkAsync(Companies, [News("17"), News("18")], Cancel);

        var left = (await Store.WorkAsync(Companies, 10, Cancel)).Select(row => row.Value).OrderBy(item => item.RecordId);
        left.Select(item => (item.RecordId, item.Reason, item.DueAt, item.IsOfBothSides)).ShouldBe([("17", WorkReason.Webhook, Now, true), ("18", WorkReason.Webhook, Now, false)]);
    }

    [Fact]
    public async Task Work_PutOffWithoutNews_IsPutOff()
    {
        await Store.PutWorkAsync(Companies, [FullWork("17") with { DueAt = Now }], Cancel);
        var read = await Store.WorkAsync(Companies, 10, Cancel);

        await CommitOneAsync(Unit(1) with { DoneWork = [.. read], PutWork = [FullWork("17") with { DueAt = Now.AddHours(1) }] });

        (await Store.WorkAsync(Companies, 10, Cancel)).Single().Value.DueAt.ShouldBe(Now.AddHours(1));
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(1, 0)]
    public async Task Work_PutOverAnUnreadRow_IsDueAtTheEarlierTime(int newHour, int expectedHour)
    {
        await Store.PutWorkAsync(Companies, [FullWork("17") with { DueAt = Now }], Cancel);

        var result = await CommitOneAsync(Unit(1) with { PutWork = [FullWork("17") with { DueAt = Now.AddHours(newHour) }] });

        result.Committed.ShouldBeTrue();
        (await Store.WorkAsync(Companies, 10, Cancel)).Single().Value.DueAt.ShouldBe(Now.AddHours(expectedHour));
    }

    [Fact]
    public async Task DeleteWork_ManyOfWhichOneChanged_LeavesThatOne()
    {
        await Store.PutWorkAsync(Companies, [.. Enumerable.Range(0, 120).Select(number => FullWork($"{number}"))], Cancel);
        var read = await Store.WorkAsync(Companies, 1000, Cancel);
        await Store.PutWorkAsync(Companies, [FullWork("77")], Cancel);

        await Store.DeleteWorkAsync(Companies, read, Cancel);

        (await Store.WorkAsync(Companies, 10, Cancel)).Select(item => item.Value.RecordId).ShouldBe(["77"]);
    }

    [Fact]
    public async Task Work_OfAnotherKind_IsRefused() =>
        await Should.ThrowAsync<ArgumentException>(Store.PutWorkAsync(Companies, [FullWork("17") with { Kind = "person" }], Cancel));

    private async Task<CommitResult> CommitOneAsync(LinkUnit unit) => (await Store.CommitAsync(Companies, [unit], Cancel)).Single();

    private async Task<Versioned<IndexEntry>> ReadAsync(string id) => (await Store.FindAsync(Companies, Side.Left, [id], Cancel))[id];

    private async Task<IEnumerable<string>> RowKeysAsync(string prefix) =>
        (await Tables.Links.ListAsync(Filter.Partition(Keys.LinkPartition(Companies)), int.MaxValue, Cancel))
        .Select(row => row.RowKey).Where(key => key.StartsWith(prefix, StringComparison.Ordinal));

    private static LinkUnit Unit(int number)
    {
        var id = new LinkId($"link{number:D3}");
        return new LinkUnit
        {
            Link = new Link(id, "company") { State = LinkState.Active, LeftId = $"left {number}", RightId = $"right {number}" },
            Index =
            [
                IndexWrite.Insert(Entry(Side.Left, $"left {number}") with { Link = id, MatchKeys = ["unused"] }),
                IndexWrite.Insert(Entry(Side.Right, $"right {number}") with { Link = id }),
            ],
        };
    }

    private static Link FullLink(string id)
    {
        var fields = FieldSet.Of(("name", FieldValue.Of("Acme")), ("note", FieldValue.None), ("tags", new FieldValue.Set("b", "a")));
        return new Link(new LinkId(id), "company")
        {
            State = LinkState.Paused,
            LeftId = "17",
            RightId = "a/b",
            Bases = new Bases(fields, fields.With("name", FieldValue.Of("ACME"))),
            CreatedFrom = Side.Right,
            Lock = new LoopLock(Side.Right, Now.AddMinutes(7)),
            Intent = new Intent("op-1", 42, Side.Right, Create: true, fields, fields.Without("note"), Now, Now.AddMinutes(1)),
            Reason = "archived on the left side",
            StateSince = Now.AddDays(-2),
            PausedBy = PauseCause.Archived,
            Final = true,
            Outside = Outside.Left | Outside.Right,
            FilterHash = "0123",
            Notes = new LinkNotes("stage Design has no counterpart", "outside the filter"),
            Writes = new RecentWrites([new RecentWrite(Now, Side.Left, "ab"), new RecentWrite(Now.AddMinutes(1), Side.Right, "cd")]),
            LeftMemory = new LinkMemory("7", System.Collections.Immutable.ImmutableSortedDictionary<string, RememberedReference>.Empty.Add("company", new RememberedReference("12:3", new LinkId("c.1")))),
            RightMemory = LinkMemory.None with { Version = "\"abc\"" },
        };
    }

    private static IndexEntry Entry(Side side, string id) => new(side, id) { SeenAt = Now };

    private static WorkItem FullWork(string id) => new("company", Side.Left, id, WorkReason.Parked, Now)
    {
        Attempts = 3,
        Detail = "waits for its contact",
        Awaits = new AwaitedRecord("person", Side.Right, id),
        FirstAt = Now.AddDays(-1),
        Link = new LinkId("one"),
        HadPlan = true,
    };

    private static WorkItem News(string id) => new("company", Side.Left, id, WorkReason.Webhook, Now) { FirstAt = Now };
}
