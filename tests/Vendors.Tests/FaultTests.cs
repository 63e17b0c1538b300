using System.Net;

namespace SyncFunctions.Vendors.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task Status_IsAnsweredAsOftenAsCounted_WithRetryAfter()
    {
        await using var vendors = await Vendors.StartAsync();
        await Set(vendors, """[{"match":{"method":"GET","path":"^/v2/companies"},"kind":"429","retryAfter":7,"count":2}]""");
        var refused = await vendors.TinyPlus("GET", "companies");
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers["Retry-After"].ShouldBe("7");
        refused.Message.ShouldNotBeEmpty();
        (await vendors.TinyPlus("POST", "companies", new { name = "x" })).Status.ShouldBe(HttpStatusCode.Created);
        (await vendors.TinyPlus("GET", "contacts")).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.TinyPlus("GET", "companies")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await vendors.TinyPlus("GET", "companies")).Status.ShouldBe(HttpStatusCode.OK);
        var rules = await vendors.Sim("GET", "tinyplus", "faults");
        rules.Each("fired").ShouldBe(["2"]);
        rules.Each("kind").ShouldBe(["429"]);
    }

    [Theory]
    [InlineData("reset", 0)]
    [InlineData("dropAfterApply", 1)]
    [InlineData("partialBody", 1)]
    public async Task BrokenConnection_AppliesTheWriteOrNot_AsItsKindSays(string kind, int applied)
    {
        await using var vendors = await Vendors.StartAsync();
        await Set(vendors, $$"""[{"match":"POST ^/v2/companies$","kind":"{{kind}}","count":1}]""");
        await Should.ThrowAsync<HttpRequestException>(() => vendors.TinyPlus("POST", "companies", new { name = "x" }));
        (await vendors.TinyPlus("GET", "companies")).Each("name").Length.ShouldBe(applied);
        var call = (await vendors.Sim("GET", "tinyplus", "stats"))["calls"].EnumerateArray().Single(call => call.GetProperty("method").GetString() == "POST");
        call.GetProperty("status").GetInt32().ShouldBe(0);
        call.GetProperty("fault").GetString().ShouldBe(kind);
    }

    [Fact]
    public async Task PartialBody_SendsTheHeadersAndABrokenOffBody()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        await Set(vendors, """[{"kind":"partialBody"}]""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/tinyplus/v2/companies");
        request.Headers.TryAddWithoutValidation("Authorization", Vendors.TinyPlusToken);
        using var response = await vendors.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentLength.ShouldNotBeNull();
        await Should.ThrowAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Delay_HoldsTheAnswerBack()
    {
        await using var vendors = await Vendors.StartAsync();
        await Set(vendors, """[{"match":"^/v2/companies","kind":"delay","delayMs":60000}]""");
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/tinyplus/v2/companies");
        request.Headers.TryAddWithoutValidation("Authorization", Vendors.TinyPlusToken);
        await Should.ThrowAsync<OperationCanceledException>(() => vendors.Http.SendAsync(request, patience.Token));
        (await vendors.TinyPlus("GET", "contacts")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Match_SeesTheQuery_SoThatOnePageCanFail()
    {
        await using var vendors = await Vendors.StartAsync();
        await Set(vendors, """[{"match":"^/v2/companies\\?.*start=15","kind":"500"}]""");
        (await vendors.TinyPlus("GET", "companies?start=0")).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.TinyPlus("GET", "companies?limit=15&start=15")).Status.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Probability_WithASeed_IsTheSameEveryTime()
    {
        await using var vendors = await Vendors.StartAsync();
        async Task<string> Run()
        {
            await Set(vendors, """[{"kind":"503","probability":0.5,"seed":42}]""");
            var statuses = new List<int>();
            for (var i = 0; i < 20; i++)
                statuses.Add((int)(await vendors.TinyPlus("GET", "companies")).Status);
            return string.Join(',', statuses);
        }

        var first = await Run();
        first.ShouldContain("503");
        first.ShouldContain("200");
        (await Run()).ShouldBe(first);
    }

    [Fact]
    public async Task Faults_OfOneSystem_LeaveTheOthersAndTheControlAlone()
    {
        await using var vendors = await Vendors.StartAsync();
        await Set(vendors, """[{"kind":"503"}]""");
        (await vendors.TinyPlus("GET", "companies")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await vendors.Synergy("GET", "Projects")).Status.ShouldBe(HttpStatusCode.OK);
        await Set(vendors, "[]");
        (await vendors.TinyPlus("GET", "companies")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""[{"kind":"explode"}]""")]
    [InlineData("""[{"kind":"200"}]""")]
    [InlineData("""[{"kind":"503","match":"("}]""")]
    [InlineData("""[{"kind":"503","when":"now"}]""")]
    [InlineData("""[{}]""")]
    public async Task Rule_ThatMakesNoSense_IsRefusedAndChangesNothing(string rules)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Sim("PUT", "tinyplus", "faults", rules)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await vendors.Sim("GET", "tinyplus", "faults")).Text.ShouldBe("[]");
    }

    private static async Task Set(Vendors vendors, string rules)
    {
        var answer = await vendors.Sim("PUT", "tinyplus", "faults", rules);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }
}
