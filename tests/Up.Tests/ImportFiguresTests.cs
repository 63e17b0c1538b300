using System.Text.Json.Nodes;
using SyncFunctions.Local;

namespace SyncFunctions.Up.Tests;

public sealed class ImportFiguresTests
{
    private static readonly ImportFigures Figures = new()
    {
        Machine = new Machine(2, 8, "Linux", ".NET"),
        Latency = TimeSpan.Zero,
        Seconds = 10,
        Storage = new AzuriteRequests(
        [
            new("table", Azurite.StateAccount, "GET", "other", 60),
            new("table", Azurite.DurableAccount, "POST", "transaction", 30),
            new("queue", Azurite.StateAccount, "GET", "messages", 10),
        ]),
        Calls = [new("tinyplus", "POST", "/v2/projects", 201, 40), new("synergy", "GET", "/api/v2/Stages", 200, 50)],
        FewestCalls = 60,
        Use = new StackUsed([new("app", 8, 100), new("storage", 4, null)], 15, []),
        Functions = [],
        EstimateError = 0.1,
        Recount = [new("company", 30, 30, 30, 0), new("project", 20, 20, 20, 0)],
    };

    [Fact]
    public void Budgets_MeasuredFigures_AreComparedWithTheirLimits() => Figures.Budgets.Select(budget => (budget.Name, budget.Measured, budget.IsMet)).ShouldBe(
    [
        ("storage operations a record", 2, true),
        ("vendor calls to the fewest possible", 1.5, false),
        ("processors kept busy", 0.6, false),
        ("error of the estimate after 5 %", 0.1, true),
    ]);

    [Fact]
    public void Budgets_CallsTakeLong_TimeIsComparedWithTheirs() =>
        (Figures with { Latency = TimeSpan.FromMilliseconds(800) }).Budgets[2].ShouldBe(new Budget("calls at once, of the possible", 0.95, 0.9, AtLeast: true));

    [Fact]
    public void Budgets_NoEstimate_NothingIsSaidOfIt() =>
        (Figures with { EstimateError = null }).Budgets.Select(budget => budget.Name).ShouldNotContain("error of the estimate after 5 %");

    [Fact]
    public void Print_AppEndedMeanwhile_SaysSo()
    {
        using var output = new StringWriter();
        var figures = Figures with { Use = Figures.Use with { Processes = [new("app", null, null), new("storage", 4, null)] } };

        figures.Print(new Terminal(output, isPlain: true));

        output.ToString().ShouldContain("ended meanwhile, and was started again");
        figures.Budgets.Select(budget => budget.Name).ShouldNotContain("processors kept busy");
        figures.ToJson()["otherCpuSeconds"].ShouldBeNull();
    }

    [Theory]
    [InlineData(20, 20, true)]
    [InlineData(19, 19, false)]
    [InlineData(20, 19, false)]
    public void IsComplete_RecordMissingOrNotLinked_IsFalse(int right, int linked, bool complete) =>
        (Figures with { Recount = [new("company", 30, 30, 30, 0), new("project", 20, right, linked, 0)] }).IsComplete.ShouldBe(complete);

    [Fact]
    public void ToJson_AllFigures_AreThere()
    {
        var json = Figures.ToJson();

        json["recordsPerSecond"]!.GetValue<double>().ShouldBe(5);
        Shares(json, "services").ShouldBe([("tables", 90), ("queues", 10)]);
        Shares(json, "purposes").ShouldBe([("state", 70), ("durable functions", 30)]);
        json["calls"]!["paths"]!.AsArray().Count.ShouldBe(2);
        json["calls"]!["ratio"]!.GetValue<double>().ShouldBe(1.5);
        json["otherCpuSeconds"]!.GetValue<double>().ShouldBe(3);
        json["budgets"]!.AsArray().Count.ShouldBe(4);
        json["recount"]![1]!["isEqual"]!.GetValue<bool>().ShouldBeTrue();

        static IEnumerable<(string, long)> Shares(JsonObject json, string by) =>
            json["storage"]![by]!.AsArray().Select(share => (share!["name"]!.GetValue<string>(), share["count"]!.GetValue<long>()));
    }

    [Fact]
    public void Print_AllFigures_AreThere()
    {
        using var output = new StringWriter();

        Figures.Print(new Terminal(output, isPlain: true));

        var text = output.ToString();
        text.ShouldContain("50 in 10.0 s: 5 a second");
        text.ShouldContain("1.80 a record (90), fewest possible 60: 1.50 times as many");
        text.ShouldContain("tinyplus/v2/projects");
        text.ShouldContain("MISSED");
    }

    [Fact]
    public void FunctionTime_LogOfTheHost_IsSummedByFunction() => FunctionTime.Of(
        [
            "22:44:25.789 info: Function.SyncPage[1] Executing 'Functions.SyncPage' (Id=1)",
            "22:44:25.789 info: Function.SyncPage[2] Executed 'Functions.SyncPage' (Succeeded, Id=688f8052-b8a2, Duration=1500ms)",
            "22:44:26.789 fail: Function.SyncPage[3] Executed 'Functions.SyncPage' (Failed, Id=2, Duration=500ms)",
            "22:44:26.789 info: Function.PollTimer[2] Executed 'Functions.PollTimer' (Succeeded, Id=3, Duration=7ms)",
            "another line",
        ]).ShouldBe([new("SyncPage", 2, 2, 1.5), new("PollTimer", 1, 0.007, 0.007)]);
}
