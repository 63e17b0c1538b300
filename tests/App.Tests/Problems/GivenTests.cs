using System.Collections.Immutable;
using System.Text;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Tests.Contracts;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Problems;

public sealed class GivenTests
{
    private sealed record Body(Given<int?> Number = default, Given<ImmutableSortedSet<Act>?> Acts = default);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}", 7)]
    [InlineData("""{"number":null}""", null)]
    [InlineData("""{"number":3}""", 3)]
    public void Member_LeftOutNullOrThere_StaysGoesOrIsTaken(string json, int? then) => Parse(json).Number.Or(7).ShouldBe(then);

    [Fact]
    public void Member_ThatIsAList_IsReadAsElsewhere()
    {
        Parse("""{"acts":["people","settings"]}""").Acts.Value!.ShouldBe([Act.People, Act.Settings], ignoreOrder: true);
        Parse("{}").Acts.Or([Act.Sync])!.ShouldBe([Act.Sync]);
    }

    [Theory]
    [InlineData("""{"number":"3"}""", "#/number")]
    [InlineData("""{"acts":["people","nothing"]}""", "#/acts")]
    public void Member_OfTheWrongForm_IsRefusedWhereItStands(string json, string pointer) =>
        Should.Throw<ProblemException>(() => Parse(json)).Errors.ShouldHaveSingleItem().Pointer.ShouldStartWith(pointer);

    [Fact]
    public async Task PollEverySeconds_OfNull_GoBackToTheDefault()
    {
        await using var calls = await ManageCalls.StartAsync();
        await calls.World.AddConnectionAsync("synergy", "left");
        await calls.World.AddConnectionAsync("tinyplus", "right");
        var flow = new Flow(new FlowKey(HttpWorld.Tenant, new FlowId("main")), "synergy-tinyplus", "Main", new ConnectionId("left"), new ConnectionId("right")) { CreatedAt = calls.World.Time.GetUtcNow() };
        await calls.World.Get<FlowStore>().InsertAsync(flow, Cancel);

        (await PatchAsync(new { pollEverySeconds = 90 })).ShouldBe("90");
        (await PatchAsync(new { name = "Main flow" })).ShouldBe("90");
        (await PatchAsync(new { pollEverySeconds = (int?)null })).ShouldBe("null");

        async Task<string> PatchAsync(object body)
        {
            var answer = await calls.SendAsync<PatchFlow>("PATCH", "tenants/acme/flows/main", body, (function, request) => function.Run(request, "acme", "main", null!, Cancel));
            answer.Status.ShouldBe(200, answer.Body);
            return answer.Json.GetProperty("pollEverySeconds").GetRawText();
        }
    }

    private static Body Parse(string json) => JsonBody.Parse<Body>(Encoding.UTF8.GetBytes(json));
}
