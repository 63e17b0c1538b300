namespace SyncFunctions.Engine.Tests;

public sealed class SettlementTests
{
    private static readonly Link Linked = new(new LinkId("k1"), "company") { State = LinkState.Active, LeftId = "1", RightId = "2" };

    /// <summary>A piece of work writes one side at a time: what the other side is still to get must not be taken back by the next one.</summary>
    [Theory]
    [InlineData("", "red", "blue", "blue,red")]
    [InlineData("red", "", "blue,red", "blue")]
    [InlineData("red", "green,red", "", "green")]
    public void AfterWrite_SetThatBothSidesAreToGet_LosesNoElement(string before, string onLeft, string onRight, string merged)
    {
        var (left, right) = (Tags(onLeft.Split(',')), Tags(onRight.Split(',')));
        var linked = Linked with { Bases = new Bases(Tags(before.Split(',')), Tags(before.Split(','))) };
        var first = Plan(linked, left, right).Actions.OfType<SyncAction.Write>().First();
        var written = new Record(first.Target == Side.Left ? "1" : "2", first.Fields);
        var bases = Settlement.AfterWrite(World.Kind, FlowSettings.Default, linked.Bases, first.Target, first.Fields, first.SourceValues, written, out _);

        if (first.Target == Side.Left) left = first.Fields;
        else right = first.Fields;
        var next = Plan(linked with { Bases = bases }, left, right).Actions.OfType<SyncAction.Write>().ShouldHaveSingleItem();

        next.Target.ShouldBe(first.Target.Other());
        next.Fields.ShouldBe(Tags(merged.Split(',')));
    }

    /// <summary>A vendor clears or turns references when what they lead to goes, also in a record of which nobody knows yet that it was made.</summary>
    [Theory]
    [InlineData("Ada", "1", null, true)]
    [InlineData("Ada", "", null, true)]
    [InlineData("Eve", "1", null, false)]
    [InlineData("Ada", "1", "other", true)]
    [InlineData("Ada", "", "other", false)]
    [InlineData("Ada", "2", "other", false)]
    public void MayBe_RecordWhoseReferenceHasChanged_IsKnownByTheRest(string name, string phone, string? company, bool expected)
    {
        var kind = World.Kind with { MatchRules = [], Fields = [new("name", new("name"), new("name")), new("phone", new("phone"), new("phone")), new("company", new("company"), new("company")) { Type = FieldType.Reference, References = "company" }] };
        var sent = FieldSet.Of(("name", FieldValue.Of("Ada")), ("phone", FieldValue.Of(phone == "2" ? "1" : phone)), ("company", new FieldValue.LinkedReference(new LinkId("c1"))));
        var appeared = new Record("2", FieldSet.Of(("name", FieldValue.Of(name)), ("phone", FieldValue.Of(phone)), ("company", company is null ? FieldValue.None : new FieldValue.LinkedReference(new LinkId(company)))));

        Settlement.MayBe(kind, new Intent("o1", 1, Side.Right, true, sent, sent, World.Now, World.Now.AddMinutes(1)), appeared).ShouldBe(expected);
    }

    private static ItemPlan Plan(Link link, FieldSet left, FieldSet right) =>
        SyncPlanner.PlanOne(World.Kind, FlowSettings.Default, new PlanItem(link, new Sight.Present(new Record("1", left)), new Sight.Present(new Record("2", right))), World.Now);

    private static FieldSet Tags(params string[] tags) => FieldSet.Of(("tags", new FieldValue.Set(tags.Where(tag => tag.Length > 0))));
}
