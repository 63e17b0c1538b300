using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.State.Tests;

public sealed class FieldValueJsonTests
{
    public static TheoryData<string, string> Forms => new()
    {
        { "null", "null" },
        { "empty text", "\"\"" },
        { "text", "\"Line 1\\nLine 2\"" },
        { "lone surrogate", """{"x":"cut~0020~d83d"}""" },
        { "number", "12345678901234567890.12" },
        { "negative", "-0.5" },
        { "true", "true" },
        { "false", "false" },
        { "day", """{"d":"2026-02-28"}""" },
        { "empty set", "[]" },
        { "set", """["a","b c"]""" },
        { "set with a lone surrogate", """["a",{"x":"~dc00"}]""" },
        { "reference", """{"r":"a~002fb"}""" },
        { "linked reference", """{"l":"link-1"}""" },
        { "digest", """{"h":"abc","n":300}""" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Value_OfEveryKind_HasAShortFormAndComesBack(string name, string form)
    {
        var value = Values[name];

        JsonSerializer.Serialize(value, StateJson.Options).ShouldBe(form);
        JsonSerializer.Deserialize<FieldValue>(form, StateJson.Options).ShouldBe(value);
    }

    [Fact]
    public void Forms_AllKinds_AreCovered() =>
        Values.Values.Select(value => value.GetType()).Distinct().ShouldBe(
            typeof(FieldValue).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(FieldValue))), ignoreOrder: true);

    [Fact]
    public void FieldSet_AllKinds_ComesBack()
    {
        var fields = FieldSet.Of(Values.Select(value => (value.Key, value.Value)));

        var json = JsonSerializer.SerializeToUtf8Bytes(fields, StateJson.Options);

        JsonSerializer.Deserialize<FieldSet>(json, StateJson.Options).ShouldBe(fields);
    }

    [Theory]
    [InlineData("""{"z":"unknown tag"}""")]
    [InlineData("""{"d":"2026-02-30"}""")]
    [InlineData("""{"d":5}""")]
    [InlineData("""{}""")]
    [InlineData("""[1]""")]
    [InlineData("""[null]""")]
    [InlineData("""{"d":"2026-02-28","more":1}""")]
    public void Value_OfNoKind_IsRefused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<FieldValue>(json, StateJson.Options));

    private static Dictionary<string, FieldValue> Values => new()
    {
        ["null"] = FieldValue.None,
        ["empty text"] = FieldValue.Of(""),
        ["text"] = FieldValue.Of("Line 1\nLine 2"),
        ["lone surrogate"] = FieldValue.Of("cut \ud83d"),
        ["number"] = FieldValue.Of(12345678901234567890.12m),
        ["negative"] = FieldValue.Of(-0.5m),
        ["true"] = FieldValue.Of(true),
        ["false"] = FieldValue.Of(false),
        ["day"] = FieldValue.Of(new DateOnly(2026, 2, 28)),
        ["empty set"] = new FieldValue.Set([]),
        ["set"] = new FieldValue.Set("b c", "a"),
        ["set with a lone surrogate"] = new FieldValue.Set("\udc00", "a"),
        ["reference"] = new FieldValue.Reference("a/b"),
        ["linked reference"] = new FieldValue.LinkedReference(new LinkId("link-1")),
        ["digest"] = new FieldValue.Digest("abc", 300),
    };
}
