using SyncFunctions.Engine;

namespace SyncFunctions.State.Tests;

public sealed class KeysTests
{
    [Theory]
    [MemberData(nameof(OddIds.Escaped), MemberType = typeof(OddIds))]
    public void Escape_AnyText_ComesBack(string escaped)
    {
        var id = OddIds.All.Single(odd => Keys.Escape(odd) == escaped);

        Keys.Unescape(escaped).ShouldBe(id);
        Keys.Escape(Keys.Unescape(escaped)).ShouldBe(escaped);
    }

    [Fact]
    public void Escape_EveryCodeUnit_IsAllowedAndItsOwn()
    {
        var escaped = Enumerable.Range(0, 0x10000).Select(unit => Keys.Escape(((char)unit).ToString())).ToList();

        escaped.Distinct().Count().ShouldBe(0x10000);
        escaped.ShouldAllBe(text => text.All(c => c > ' ' && c < '\u007f' && !"/\\#?%|'\"".Contains(c)));
        escaped.Select(Keys.Unescape).ShouldBe(Enumerable.Range(0, 0x10000).Select(unit => ((char)unit).ToString()));
    }

    [Fact]
    public void Part_DifferentIds_AreDifferentAndFit()
    {
        var parts = OddIds.All.Select(Keys.Part).ToList();

        parts.Distinct().Count().ShouldBe(OddIds.All.Count);
        parts.ShouldAllBe(part => part.Length <= Keys.MaxIdLength);
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(201, true)]
    public void Part_Length_DecidesWhetherItIsHashed(int length, bool hashed) =>
        Keys.Part(new string('x', length)).StartsWith("~~", StringComparison.Ordinal).ShouldBe(hashed);

    [Fact]
    public void Part_IdThatLooksLikeAHash_IsNotTheHashedId()
    {
        var hashed = Keys.Part(new string('x', 201));

        Keys.Part(hashed).ShouldNotBe(hashed);
    }

    [Fact]
    public void Keys_IdsWithSeparators_CannotLeaveTheirPart()
    {
        Keys.Flow(new FlowKey(new TenantId("a|b"), new FlowId("c"))).ShouldNotBe(Keys.Flow(new FlowKey(new TenantId("a"), new FlowId("b|c"))));
        Keys.Flow(new FlowKey(new TenantId("a"), new FlowId("b"))).ShouldBe("a|b");
    }

    [Fact]
    public void Prefix_Range_HoldsWhatBeginsSoAndNothingElse()
    {
        var range = Keys.OpenCreates(Side.Left);

        Holds(range, Keys.OpenCreate(Side.Left, new LinkId("0"))).ShouldBeTrue();
        Holds(range, Keys.OpenCreate(Side.Left, new LinkId("~~~"))).ShouldBeTrue();
        Holds(range, Keys.OpenCreate(Side.Right, new LinkId("0"))).ShouldBeFalse();
        Holds(range, Keys.Link(new LinkId("0"))).ShouldBeFalse();
        Holds(range, Keys.Work(Side.Left, "0")).ShouldBeFalse();

        static bool Holds(KeyRange range, string key) =>
            string.CompareOrdinal(range.From, key) <= 0 && string.CompareOrdinal(key, range.To) < 0;
    }

    [Fact]
    public void LogRow_Later_ComesFirst()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        string[] expected = [Keys.LogRow(at.AddTicks(1), 0, "u"), Keys.LogRow(at, 12, "u"), Keys.LogRow(at, 3, "u"), Keys.LogRow(at.AddYears(-20), 0, "u")];

        expected.Order(StringComparer.Ordinal).ShouldBe(expected);
        string.CompareOrdinal(expected[^1], Keys.NewestFirstRange.To).ShouldBeLessThan(0);
    }

    [Fact]
    public void DueShard_ManyFlows_AreSpreadOverAllShards() =>
        Enumerable.Range(0, 1000)
            .Select(number => Keys.DueShard(new FlowKey(new TenantId("t"), new FlowId($"f{number}"))))
            .Distinct().Order().ShouldBe(Enumerable.Range(0, 16).Select(shard => shard.ToString("D2")));
}
