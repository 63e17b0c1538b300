using System.Text;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Tests.Problems;

public sealed class JsonBodyTests
{
    public enum Colour
    {
        DarkRed,
    }

    public sealed record Inner(int? Count, Colour? Colour);

    public sealed record Body(string? Name, Dictionary<string, Inner>? Parts, IReadOnlyList<Inner>? Items, string NeverNull = "");

    [Fact]
    public async Task Body_ThatFits_IsRead()
    {
        var body = await ReadAsync("""{"name":"Nørre","parts":{"a.b":{"count":2,"colour":"darkRed"}}}""");

        body.Name.ShouldBe("Nørre");
        body.Parts!["a.b"].ShouldBe(new Inner(2, Colour.DarkRed));
    }

    [Theory]
    [InlineData("""{"nome":"x"}""", "#/nome")]
    [InlineData("""{"Name":"x"}""", "#/Name")]
    [InlineData("""{"name":7}""", "#/name")]
    [InlineData("""{"name":"a","name":"b"}""", "#/name")]
    [InlineData("""{"neverNull":null}""", "#/neverNull")]
    [InlineData("""{"parts":{"a":{"count":"2"}}}""", "#/parts/a/count")]
    [InlineData("""{"parts":{"a.b/c":{"count":"2"}}}""", "#/parts/a.b~1c/count")]
    [InlineData("""{"items":[{},{"count":2.5}]}""", "#/items/1/count")]
    [InlineData("""{"items":[{"colour":0}]}""", "#/items/0/colour")]
    [InlineData("""{"items":[{"colour":"blue"}]}""", "#/items/0/colour")]
    [InlineData("""{"name":"a" """, "#")]
    [InlineData("", "#")]
    [InlineData("null", "#")]
    [InlineData("[]", "#")]
    [InlineData("not json", "#")]
    [InlineData("""{"name":"a"} {}""", "#")]
    public async Task Body_ThatDoesNotFit_IsRefusedWithItsPlace(string json, string pointer)
    {
        var problem = await Should.ThrowAsync<ProblemException>(() => ReadAsync(json));

        problem.Type.ShouldBe(ProblemType.InvalidRequest);
        Uri.UnescapeDataString(problem.Errors.ShouldHaveSingleItem().Pointer).ShouldStartWith(pointer);
        problem.Message.ShouldNotContain("SyncFunctions");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Body_OfAnotherContentType_IsRefused(string? contentType)
    {
        var problem = await Should.ThrowAsync<ProblemException>(() => ReadAsync("{}", contentType));

        problem.Type.ShouldBe(ProblemType.InvalidRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_OverTheLimit_IsRefusedWhetherItsLengthIsToldOrNot(bool tellsLength)
    {
        var json = $$"""{"name":"{{new string('x', JsonBody.MaxBytes)}}"}""";

        var problem = await Should.ThrowAsync<ProblemException>(() => ReadAsync(json, tellsLength: tellsLength));

        problem.Type.ShouldBe(ProblemType.BodyTooLarge);
    }

    private static Task<Body> ReadAsync(string json, string? contentType = "application/json; charset=utf-8", bool tellsLength = true)
    {
        var request = new DefaultHttpContext().Request;
        var bytes = Encoding.UTF8.GetBytes(json);
        request.ContentType = contentType;
        request.Body = new MemoryStream(bytes);
        request.ContentLength = tellsLength ? bytes.Length : null;
        return JsonBody.ReadAsync<Body>(request, TestContext.Current.CancellationToken);
    }
}
