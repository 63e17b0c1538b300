using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.SystemFieldType;

namespace SyncFunctions.Connectors.Tests;

/// <summary>Fields that accounts make for themselves.</summary>
public sealed class FurtherFieldsTests
{
    private static readonly SystemKind Kind = new("members")
    {
        Fields = [new("email", Text), new("merge.FNAME", Text, MaxLength: 3), new("merge.ID", Text, Writable: false)],
        Further = [new("merge.*", Text, Number), new("*__c", Text, Flag)],
    };

    private static readonly RecordShape Shape = new(Kind) { Created = ["made"], Modified = ["changed"] };

    [Theory]
    [InlineData("merge.LEVEL", Number, Number)]
    [InlineData("merge.LEVEL", Day, Text)]
    [InlineData("merge.PLACE.city", Text, Text)]
    [InlineData("Site__c", Flag, Flag)]
    [InlineData("email", Number, Text)]
    public void Field_ThatFits_IsOfATypeThatItMayBe(string name, SystemFieldType asked, SystemFieldType type)
    {
        var field = Kind.Field(name, asked).ShouldNotBeNull();
        (field.Name, field.Type, field.Writable).ShouldBe((name, type, true));
    }

    [Theory]
    [InlineData("merge.")]
    [InlineData("__c")]
    [InlineData("other")]
    [InlineData("Id, (SELECT Id FROM Users) x__c")]
    [InlineData("merge.A/../B")]
    public void Field_OfAnotherName_IsNone(string name) => Kind.Field(name).ShouldBeNull();

    [Fact]
    public void Read_TakesThemWithTheTypesOfTheirJson()
    {
        var json = JsonSerializer.Deserialize<JsonElement>("""
            {"id":"1","email":"a@b.example","merge":{"FNAME":"Ada","ID":7,"LEVEL":2,"PLACE":{"city":"Rome"},"LIST":["a"]},"Site__c":"North","Open__c":true,"other":"x","On__r":{"Name":"y"}}
            """);
        Shape.Read(json).Fields.ShouldBe(FieldSet.Of(
            ("email", FieldValue.Of("a@b.example")), ("merge.FNAME", FieldValue.Of("Ada")), ("merge.ID", FieldValue.Of("7")), ("merge.LEVEL", FieldValue.Of(2m)),
            ("merge.PLACE.city", FieldValue.Of("Rome")), ("Site__c", FieldValue.Of("North")), ("Open__c", FieldValue.Of(true))));
    }

    [Fact]
    public void Write_PutsThemWhereTheyAreRead()
    {
        var body = Shape.Write(FieldSet.Of(("merge.FNAME", FieldValue.Of("Adalbert")), ("merge.LEVEL", FieldValue.Of(2m)), ("Site__c", FieldValue.Of("North")))).Success();
        body.ToJsonString().ShouldBe("""{"Site__c":"North","merge":{"FNAME":"Ada","LEVEL":2}}""");
        Shape.Write(FieldSet.Of(("merge.ID", FieldValue.Of("8")))).Failed(FailureKind.Permanent);
        Shape.Write(FieldSet.Of(("other", FieldValue.Of("x")))).Failed(FailureKind.Permanent);
    }
}
