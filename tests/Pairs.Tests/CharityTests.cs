using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using Record = SyncFunctions.Engine.Record;

namespace SyncFunctions.Pairs.Tests;

public class CharityTests
{
    public static TheoryData<Pair> Pairs => [RaisersEdgeMailchimp.Pair, SalesforceMailchimp.Pair, IRaiserRaisersEdge.Pair, IRaiserSalesforce.Pair];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void MatchRulesAndReferences_NameWhatIsThere(Pair pair)
    {
        var seen = new HashSet<string>();
        foreach (var kind in pair.Kinds)
        {
            kind.MatchRules.SelectMany(rule => rule.Fields).ShouldBeSubsetOf(kind.Fields.Select(field => field.Name));
            kind.Fields.Select(field => field.References).OfType<string>().ShouldBeSubsetOf(seen);
            pair.Defaults.Kinds.Keys.ShouldBeSubsetOf(pair.Kinds.Select(known => known.Name));
            seen.Add(kind.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void OneWayPair_HearsNothingOfItsTarget(Pair pair)
    {
        foreach (var kind in pair.Kinds) pair.Defaults.Hears(kind, Side.Right).ShouldBe(pair.RightSystem == "mailchimp", kind.Name);
    }

    [Theory]
    [InlineData("subscribed", "given")]
    [InlineData("pending", "given")]
    [InlineData("unsubscribed", "refused")]
    [InlineData("cleaned", "refused")]
    [InlineData("transactional", "refused")]
    [InlineData("archived", "null")]
    public void Status_OfAMember_SaysWhetherItMayBeWrittenTo(string status, string consent)
    {
        foreach (var pair in new[] { RaisersEdgeMailchimp.Pair, SalesforceMailchimp.Pair })
            Project(pair, Side.Right, ("status", FieldValue.Of(status))).Fields["consent"].ToString().ShouldBe(consent);
    }

    [Theory]
    [InlineData(false, false, "given")]
    [InlineData(true, false, "refused")]
    [InlineData(false, true, "refused")]
    public void Constituent_WhoHasDied_IsNotWrittenToEither(bool doNotEmail, bool deceased, string consent) =>
        Project(RaisersEdgeMailchimp.Pair, Side.Left, ("do_not_email", new FieldValue.Flag(doNotEmail)), ("deceased", new FieldValue.Flag(deceased))).Fields["consent"].ToString().ShouldBe(consent);

    [Fact]
    public void Refusal_IsWrittenInTheWordsOfBothSides()
    {
        var kind = RaisersEdgeMailchimp.Pair.Kinds[0];
        var refused = FieldSet.Of(("consent", Consent.Refused));

        kind.Express(Side.Left, refused, FlowSettings.Default).ShouldBe(FieldSet.Of(("do_not_email", new FieldValue.Flag(true))));
        kind.Express(Side.Right, refused, FlowSettings.Default).ShouldBe(FieldSet.Of(("status", FieldValue.Of("unsubscribed"))));
    }

    [Fact]
    public void Tags_ThatAreNoCodes_AreTheAudiencesOwn()
    {
        var kind = RaisersEdgeMailchimp.Pair.Kinds[0];
        var member = new Record("m", FieldSet.Of(("tags", new FieldValue.Set("Major Donor", "Gala 2026"))));
        var known = FlowSettings.Default with { Vocabularies = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("codeTypes", ["Major Donor", "Volunteer"]) };

        kind.Project(Side.Right, member, FlowSettings.Default).Fields.ContainsKey("tags").ShouldBeFalse("the codes were not read yet");
        kind.Project(Side.Right, member, known).Fields["tags"].ShouldBe(new FieldValue.Set("Major Donor"));
        kind.Express(Side.Right, FieldSet.Of(("tags", new FieldValue.Set("Volunteer"))), known, member)["tags"].ShouldBe(new FieldValue.Set("Gala 2026", "Volunteer"));
    }

    [Fact]
    public void Address_OfSeveralLines_IsOneLineInTheAudience() =>
        Project(RaisersEdgeMailchimp.Pair, Side.Left, ("address_lines", FieldValue.Of("Flat 2\r\n12 High Street\n"))).Fields["street"].ToString().ShouldBe("Flat 2, 12 High Street");

    private static Record Project(Pair pair, Side side, params (string, FieldValue)[] fields) => pair.Kinds[0].Project(side, new Record("1", FieldSet.Of(fields)), FlowSettings.Default);
}
