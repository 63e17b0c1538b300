using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

public class KindMapTests
{
    private static readonly KindMap Kind = new()
    {
        Name = "project",
        LeftKind = "projects",
        RightKind = "jobs",
        MatchRules = [new MatchRule("number"), new MatchRule("first", "last")],
        StatusLock = new StatusLock(Side.Right, "record_status"),
        Fields =
        [
            new("name", new("projectName") { MaxLength = 10 }, new("title") { IgnoresCase = true }),
            new("address", new(null) { Parts = ["street", "town"] }, new("address")) { Direction = Direction.LeftToRight },
            new("stage", new("statusName"), new("stage")) { ValueMap = "stages" },
            new("number", new("number"), new("number")),
        ],
    };

    private static readonly FlowSettings Settings = FlowSettings.Default with
    {
        ValueMaps = FlowSettings.Default.ValueMaps.Add("stages", [new ValuePair("Active", "Construction")]),
        LockedStatuses = ["prospect"],
    };

    [Fact]
    public void Project_TakesTheSidesNames_CleansTexts_AndTranslatesValues()
    {
        var left = Kind.Project(Side.Left, new Record("1", FieldSet.Of(("projectName", FieldValue.Of("  Café\u0301\r\nNorth ")), ("street", FieldValue.Of("1 High St")), ("town", FieldValue.Of("Bath")), ("statusName", FieldValue.Of("Active")))), Settings);
        left.Fields.ShouldBe(FieldSet.Of(("name", FieldValue.Of("Café\u0301\nNorth".Normalize())), ("address", FieldValue.Of("1 High St, Bath")), ("stage", FieldValue.Of("Active"))));
        var right = Kind.Project(Side.Right, new Record("2", FieldSet.Of(("title", FieldValue.Of("North")), ("stage", FieldValue.Of("Construction")))), Settings);
        right.Fields["stage"].ShouldBe(FieldValue.Of("Active"));
    }

    [Fact]
    public void Project_OfAnUnmappedValue_LeavesTheFieldOut() =>
        Kind.Project(Side.Right, new Record("2", FieldSet.Of(("stage", FieldValue.Of("Lead")))), Settings).Fields.ContainsKey("stage").ShouldBeFalse();

    [Fact]
    public void Project_OfALockedStatus_SaysSo()
    {
        Kind.Project(Side.Right, new Record("2", FieldSet.Of(("record_status", FieldValue.Of("Prospect")))), Settings).Block!.Why.ShouldBe("The status Prospect is locked.");
        Kind.Project(Side.Left, new Record("2", FieldSet.Of(("record_status", FieldValue.Of("Prospect")))), Settings).Block.ShouldBeNull();
    }

    [Fact]
    public void Express_CutsToTheTargetsLength_AndLeavesOutWhatItCannotHold()
    {
        var fields = FieldSet.Of(("name", FieldValue.Of("A name that is too long")), ("address", FieldValue.Of("x")), ("stage", FieldValue.Of("Active")));
        Kind.Express(Side.Left, fields, Settings).ShouldBe(FieldSet.Of(("projectName", FieldValue.Of("A name tha")), ("statusName", FieldValue.Of("Active"))));
        Kind.Express(Side.Right, fields, Settings)["stage"].ShouldBe(FieldValue.Of("Construction"));
    }

    [Theory]
    [InlineData("A name that is too long", "a name tha", true)]
    [InlineData("Ada", "ada", true)]
    [InlineData("Ada", "Bob", false)]
    [InlineData("", null, true)]
    public void Agree_ComparesWhatBothSidesCanHold(string left, string? right, bool agree) =>
        Kind.Field("name").Agree(FieldValue.Of(left), FieldValue.Of(right)).ShouldBe(agree);

    [Fact]
    public void LongText_IsKeptAsADigest_AndStillCompared()
    {
        var text = FieldValue.Of(new string('x', 300));
        var bases = Bases.None.With(Side.Left, FieldSet.Of(("name", text)));
        bases.Left["name"].ShouldBeOfType<FieldValue.Digest>().Length.ShouldBe(300);
        FieldMap.SameAsBase(text, bases.Left["name"]).ShouldBeTrue();
        FieldMap.SameAsBase(FieldValue.Of(new string('y', 300)), bases.Left["name"]).ShouldBeFalse();
    }

    [Fact]
    public void Keys_IgnoreCaseAndSpaces_AndNeedEveryField()
    {
        var record = new Record("1", FieldSet.Of(("number", FieldValue.None), ("first", FieldValue.Of(" Ada  M. ")), ("last", FieldValue.Of("LOVELACE"))));
        Matching.Keys(Kind, record).ShouldHaveSingleItem().ShouldBe("first+last=ada m.\u001flovelace");
    }

    [Fact]
    public void ReadBack_ThatIsNotOurs_IsANewChangeOfTheTarget()
    {
        var sent = FieldSet.Of(("name", FieldValue.Of("Ada")));
        var bases = Settlement.AfterWrite(Kind, FlowSettings.Default, Bases.None, Side.Right, sent, sent, new Record("2", FieldSet.Of(("name", FieldValue.Of("changed meanwhile")))), out var again);
        again.ShouldBeTrue();
        bases.Right["name"].ShouldBe(FieldValue.Of("Ada"));
        Settlement.AfterWrite(Kind, FlowSettings.Default, Bases.None, Side.Right, sent, sent, new Record("2", FieldSet.Of(("name", FieldValue.Of("ada")))), out again).Right["name"].ShouldBe(FieldValue.Of("ada"));
        again.ShouldBeFalse();
    }

    [Fact]
    public void ReadBack_OfAFieldInWhichTheTargetHasNoSay_IsWhatTheTargetMadeOfIt()
    {
        var sent = FieldSet.Of(("name", FieldValue.Of("Ada")));
        var oneWay = FlowSettings.Default with { Direction = Direction.LeftToRight };
        var bases = Settlement.AfterWrite(Kind, oneWay, Bases.None, Side.Right, sent, sent, new Record("2", FieldSet.Of(("name", FieldValue.Of("A. D. A.")))), out var again);
        again.ShouldBeFalse();
        bases.Right["name"].ShouldBe(FieldValue.Of("A. D. A."));
        bases.Left["name"].ShouldBe(FieldValue.Of("Ada"));
    }
}
