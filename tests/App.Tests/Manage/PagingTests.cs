using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Tests.Manage;

public sealed class PagingTests
{
    [Fact]
    public void Pages_OneAfterTheOther_AreTheWholeList()
    {
        string[] items = ["b", "a|1", "c", "e", "d"];
        var (found, continuation) = (new List<string>(), (string?)null);
        do
        {
            var page = items.Page(item => item, continuation, 2);
            page.Items.Count.ShouldBeInRange(1, 2);
            found.AddRange(page.Items);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        found.ShouldBe(items);
    }

    [Theory]
    [InlineData("n,a,b,c,d", "c,d")]
    [InlineData("a,c,d", "c,d")]
    [InlineData("b,c,d", "c,d")]
    [InlineData("x", "")]
    public void ListThatChangesMeanwhile_GoesOnWhereItWas(string then, string rest)
    {
        var first = "a,b,c,d".Split(',').Page(item => item, null, 2);

        string.Join(',', then.Split(',').Page(item => item, first.Continuation, 10).Items).ShouldBe(rest);
    }

    [Theory]
    [InlineData("whatever")]
    [InlineData("-1|a")]
    public void Continuation_OfSomebodysOwnMaking_IsRefused(string continuation) =>
        Should.Throw<ProblemException>(() => new[] { "a" }.Page(item => item, continuation, 2)).Message.ShouldContain("continuation");
}
