namespace SyncFunctions.Connectors.Tests;

public sealed class IndexWalkTests
{
    private enum Order
    {
        Created,
        OldestChangeFirst,
        NewestChangeFirst,
    }

    [Theory]
    [InlineData(20)]
    [InlineData(37)]
    [InlineData(500)]
    public void Ask_AnyPosition_BeginsInsideWhatIsKnownAndBringsNewRows(int maxSize)
    {
        for (var seen = maxSize; seen < 5_100; seen++)
        {
            var (page, size) = new IndexWalk(maxSize) { Seen = seen, Tail = ["x"] }.Ask();
            size.ShouldBeInRange(1, maxSize);
            (page * size).ShouldBeLessThan(seen);
            ((page + 1) * size).ShouldBeGreaterThan(seen);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(2519)]
    [InlineData(2520)]
    [InlineData(2521)]
    public void Walk_QuietList_GivesEveryRowOnce(int rows)
    {
        var list = Enumerable.Range(0, rows).Select(row => row.ToString()).ToArray();
        Walk(20, (_, page, size) => Slice(list, page, size)).ShouldBe(list);
    }

    [Fact]
    public void Walk_LargeQuietList_NeedsHardlyMoreCallsThanItHasPages()
    {
        var list = Enumerable.Range(0, 20_000).Select(row => row.ToString()).ToArray();
        var calls = 0;
        Walk(500, (call, page, size) =>
        {
            calls = call;
            return Slice(list, page, size);
        });
        (calls + 1).ShouldBeLessThanOrEqualTo(44, "40 pages and a tenth of it");
    }

    [Fact]
    public void Walk_RowsEditedAndDeletedMeanwhile_MissesNoRowThatStayed()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var order = (Order)random.Next(3);
            var clock = 0;
            var rows = Enumerable.Range(0, random.Next(500)).ToDictionary(id => id.ToString(), _ => clock++);
            var touched = new HashSet<string>();
            string[] List() => [.. order switch
            {
                Order.Created => rows.Keys.OrderBy(int.Parse),
                Order.OldestChangeFirst => rows.OrderBy(row => row.Value).Select(row => row.Key),
                _ => rows.OrderByDescending(row => row.Value).Select(row => row.Key),
            }];

            var got = Walk(random.Next(20, 60), (call, page, size) =>
            {
                for (var edits = random.Next(4); call > 0 && edits > 0 && rows.Count > 0; edits--)
                {
                    var id = rows.Keys.ElementAt(random.Next(rows.Count));
                    touched.Add(id);
                    if (random.Next(3) == 0)
                        rows.Remove(id);
                    else
                        rows[id] = clock++;
                }

                return Slice([.. List().Select(id => $"{id}@{rows[id]}")], page, size);
            }).Select(key => key.Split('@')[0]);

            rows.Keys.Except(touched).Except(got).ShouldBeEmpty($"seed {seed}, {order}");
        }
    }

    [Fact]
    public void Walk_VendorThatGivesLessThanAskedFor_AdaptsItsPages()
    {
        var list = Enumerable.Range(0, 230).Select(row => row.ToString()).ToArray();
        Walk(500, (_, page, size) => Slice(list, page, Math.Min(size, 50))).ShouldBe(list);
    }

    [Fact]
    public void Walk_BareArrayThatIsNotPaged_EndsAfterTheSecondCall()
    {
        var list = Enumerable.Range(0, 40).Select(row => row.ToString()).ToArray();
        var calls = 0;
        Walk(20, (call, _, _) =>
        {
            calls = call + 1;
            return (list, null);
        }).ShouldBe(list);
        calls.ShouldBe(2);
    }

    [Fact]
    public void Take_EnvelopeThatRepeatsItsFirstPage_IsNotPaged()
    {
        var ids = Enumerable.Range(0, 20).Select(row => row.ToString()).ToArray();
        var second = new IndexWalk(20).Take(ids, true).Next.ShouldNotBeNull();
        second.Take(ids[..second.Ask().Size], true).Outcome.ShouldBe(IndexOutcome.NotPaged);
    }

    [Fact]
    public void Take_ListThatIsShuffledAllTheTime_EndsAsRestless()
    {
        var random = new Random(4);
        var outcome = IndexOutcome.Ongoing;
        var calls = 0;
        for (var walk = new IndexWalk(20); walk is not null && calls < 1000; calls++)
        {
            var step = walk.Take([.. Enumerable.Range(0, walk.Ask().Size).Select(_ => random.Next().ToString())], true);
            (outcome, walk) = (step.Outcome, step.Next);
        }

        outcome.ShouldBe(IndexOutcome.Restless);
        calls.ShouldBeLessThan(50);
    }

    /// <summary>The distinct rows that a walk gives, through the text in which its state travels.</summary>
    private static List<string> Walk(int maxSize, Func<int, int, int, (string[] Ids, bool? SaysMore)> list)
    {
        var rows = new List<string>();
        var call = 0;
        for (var walk = new IndexWalk(maxSize); ; call++)
        {
            call.ShouldBeLessThan(2000);
            var (page, size) = walk.Ask();
            var (ids, more) = list(call, page, size);
            var step = walk.Take(ids, more);
            step.Outcome.ShouldBeOneOf(IndexOutcome.Ongoing, IndexOutcome.Done);
            rows.AddRange(ids[step.From..].Except(rows));
            if (step.Next is null)
                return rows;
            PageToken.TryRead(PageToken.Write(step.Next), out walk).ShouldBeTrue();
        }
    }

    private static (string[], bool?) Slice(string[] list, int page, int size) =>
        ([.. list.Skip(page * size).Take(size)], (page + 1) * size < list.Length);
}
