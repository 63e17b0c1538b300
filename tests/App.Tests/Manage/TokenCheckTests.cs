using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Tests.Manage;

public sealed class TokenCheckTests
{
    private static readonly SystemCatalog Keys = new()
    {
        System = "keys",
        DisplayName = "Keys",
        Grant = OAuthGrant.None,
        TokenParts = ["publicKey", "privateKey"],
        Kinds = [],
        Settings = ImmutableDictionary<string, SystemSetting>.Empty,
        Overlap = TimeSpan.Zero,
        ReadLag = TimeSpan.Zero,
    };

    [Fact]
    public void Parts_AllThere_AreJoinedInTheSystemsOrder() =>
        new BodyCheck().Token(Keys, Parts("""{"privateKey":"secret","publicKey":"known"}""")).ShouldBe("known:secret");

    [Fact]
    public void Parts_None_LeaveTheTokenToBeGivenAsOne() => new BodyCheck().Token(Keys, Parts("{}")).ShouldBeNull();

    [Theory]
    [InlineData("""{"publicKey":"known"}""", "#/privateKey")]
    [InlineData("""{"publicKey":"known","privateKey":"a:b"}""", "#/privateKey")]
    [InlineData("""{"publicKey":"known","privateKey":7}""", "#/privateKey")]
    [InlineData("""{"publicKey":"kno wn","privateKey":"secret"}""", "#/publicKey")]
    [InlineData("""{"publicKey":"known","privateKey":"secret","clientId":"x"}""", "#/clientId")]
    public void Parts_MissingWrongOrUnknown_AreRefusedAtTheirPlace(string body, string pointer)
    {
        var check = new BodyCheck();
        check.Token(Keys, Parts(body));
        Should.Throw<ProblemException>(check.Refuse).Errors.ShouldHaveSingleItem().Pointer.ShouldBe(pointer);
    }

    private static Dictionary<string, JsonElement> Parts(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
