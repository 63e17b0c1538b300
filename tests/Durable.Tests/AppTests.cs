using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Primitives;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>What an app's functions see of the engine and of the worker around it: one host for all.</summary>
[Trait("Category", "Host")]
public sealed class AppTests(AppTests.Host host) : IClassFixture<AppTests.Host>
{
    [Fact]
    public async Task Values_OfAllKinds_AreWrittenAsTheWorkerDoes()
    {
        var ended = await host.RunAsync("Passes", new AppSamples.Order("Ünï é<>&'", AppSamples.Colour.Green, null, [1.5m]));

        ended.SerializedInput.ShouldBe("""{"Name":"\u00DCn\u00EF \u00E9\u003C\u003E\u0026\u0027","Colour":1,"Note":null,"Prices":[1.5]}""");
        ended.SerializedOutput.ShouldBe(ended.SerializedInput);
        ended.SerializedCustomStatus.ShouldBe("null");
    }

    [Fact]
    public async Task Output_FiftyThousandAccents_IsEscapedAndWhole()
    {
        var ended = await host.RunAsync("Accents", 50_000);

        ended.SerializedOutput!.Length.ShouldBe(300_002);
        ended.ReadOutputAs<string>()!.Length.ShouldBe(50_000);
    }

    [Fact]
    public async Task Context_TopAndChild_AreAsDocumented()
    {
        var ended = await host.RunAsync("Contexts", "in");

        ended.ReadOutputAs<string[]>().ShouldBe(
        [
            $"Contexts {ended.InstanceId} '' no parent Utc 0 properties",
            $"ContextOfChild 32 '' Contexts {ended.InstanceId} Utc 0 properties",
        ]);
    }

    [Fact]
    public async Task Activity_OtherParameters_AreBound()
    {
        var ended = await host.RunAsync("CallsDescribe", "x");

        ended.ReadOutputAs<string>().ShouldBe($"x {ended.InstanceId} Describe '' {ended.InstanceId}");
    }

    [Fact]
    public async Task OrchestratorAndActivity_WrittenAsClasses_RunFromFunctions()
    {
        (await host.RunAsync("ByClass", 20)).SerializedOutput.ShouldBe("42");
        (await host.RunAsync("ByClass", null)).SerializedOutput.ShouldBe("2");
    }

    [Fact]
    public async Task CallHttp_PlainAnswer_ComesBack()
    {
        await using var server = await HttpSample.StartAsync();

        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("POST", $"{server.Address}/echo", "the content", Follow: false, Attempts: 0)))
            .ReadOutputAs<string>().ShouldBe("OK | POST text/plain the content | yes");
        server.Requests.ShouldBe(["POST /echo"]);
    }

    [Fact]
    public async Task CallHttp_AcceptedWithALocation_IsFollowedIfAsked()
    {
        await using var server = await HttpSample.StartAsync();

        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("POST", $"{server.Address}/later", null, Follow: true, Attempts: 0)))
            .ReadOutputAs<string>().ShouldBe("OK | done | ");
        server.Requests.ShouldBe(["POST /later", "GET /later/1", "GET /later/2"]);
        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("POST", $"{server.Address}/later", null, Follow: false, Attempts: 0)))
            .ReadOutputAs<string>().ShouldBe("Accepted |  | ");
    }

    [Fact]
    public async Task CallHttp_Failing_IsTriedAsOftenAsAskedFor()
    {
        await using var server = await HttpSample.StartAsync();

        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("GET", $"{server.Address}/flaky", null, Follow: false, Attempts: 3)))
            .ReadOutputAs<string>().ShouldBe("OK | third time | ");
        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("GET", $"{server.Address}/broken", null, Follow: false, Attempts: 2)))
            .ReadOutputAs<string>().ShouldBe("InternalServerError |  | ");
        (await host.RunAsync("CallsHttp", new AppSamples.HttpCall("GET", $"{server.Address}/slow", null, Follow: false, Attempts: 0, Seconds: 0.5)))
            .SerializedOutput!.ShouldContain("Reached user specified timeout: 00:00:00.5000000.");
        server.Requests.ShouldBe(["GET /flaky", "GET /flaky", "GET /flaky", "GET /broken", "GET /broken", "GET /slow"]);
    }

    [Fact]
    public async Task Activity_InputOfAnotherType_FailsWithTheRealType()
    {
        (await host.RunAsync("WrongInput", null)).ReadOutputAs<string>()!.ShouldStartWith("System.Text.Json.JsonException: The JSON value could not be converted to System.Int32. Path: $");
    }

    [Fact]
    public async Task Versions_Compared_OrderAsTextsAndNumbersDo()
    {
        (await host.RunAsync("Versions", null)).SerializedOutput.ShouldBe("[-1,0]");

        int[] results =
        [
            Sign("", ""), Sign("1.0", ""), Sign("1.2", "1.10"), Sign("2.0.0", "2.0.0"), Sign("b", "A"),
        ];
        results.ShouldBe([0, 1, -1, 0, 1]);

        static int Sign(string a, string b) => Math.Sign(Microsoft.DurableTask.Abstractions.TaskOrchestrationVersioningUtils.CompareVersions(a, b));
    }

    [Fact]
    public void TaskName_AsJson_HasItsOfficialMembers() =>
        System.Text.Json.JsonSerializer.Serialize(new ParentOrchestrationInstance("P", "1")).ShouldBe("""{"Name":{"Name":"P","Version":""},"InstanceId":"1"}""");

    [Fact]
    public void SerializedData_ReadsItsText()
    {
        new SerializedData("[1,2]").ReadAs<int[]>().ShouldBe([1, 2]);
        new SerializedData("1").Converter.ShouldBeSameAs(Microsoft.DurableTask.Converters.JsonDataConverter.Default);
    }

    public sealed class Host(AzuriteFixture azurite) : IAsyncLifetime
    {
        private DurableTestHost? _host;

        public async ValueTask InitializeAsync() => _host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(AppSamples));

        public Task<OrchestrationMetadata> RunAsync(string name, object? input) => _host!.RunAsync(name, input!);

        public ValueTask DisposeAsync() => _host!.DisposeAsync();
    }
}

/// <summary>Functions as an app writes them.</summary>
public static class AppSamples
{
    public enum Colour
    {
        Red,
        Green,
    }

    [Function(nameof(Passes))]
    public static Task<Order> Passes([OrchestrationTrigger] TaskOrchestrationContext context, Order order) => context.CallActivityAsync<Order>(nameof(Pass), order);

    [Function(nameof(Pass))]
    public static Order Pass([ActivityTrigger] Order order) => order;

    [Function(nameof(Accents))]
    public static Task<string> Accents([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>(nameof(Accent), context.GetInput<int>());

    [Function(nameof(Accent))]
    public static string Accent([ActivityTrigger] int count) => new('é', count);

    [Function(nameof(Contexts))]
    public static async Task<string[]> Contexts([OrchestrationTrigger] TaskOrchestrationContext context) =>
    [
        $"{context.Name} {context.InstanceId} '{context.Version}' {context.Parent?.Name ?? "no parent"} {context.CurrentUtcDateTime.Kind} {context.Properties.Count} properties",
        await context.CallSubOrchestratorAsync<string>(nameof(ContextOfChild)),
    ];

    [Function(nameof(ContextOfChild))]
    public static string ContextOfChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
        $"{context.Name} {context.InstanceId.Length} '{context.Version}' {context.Parent!.Name} {context.Parent.InstanceId} {context.CurrentUtcDateTime.Kind} {context.Properties.Count} properties";

    [Function(nameof(CallsDescribe))]
    public static Task<string> CallsDescribe([OrchestrationTrigger] TaskOrchestrationContext context, string text) =>
        context.CallActivityAsync<string>(nameof(Describe), text);

    [Function(nameof(Describe))]
    public static string Describe([ActivityTrigger] string text, string instanceId, TaskActivityContext activity, FunctionContext function) =>
        $"{text} {instanceId} {activity.Name} '{activity.Version}' {function.BindingContext.BindingData["instanceId"]}";

    [Function(nameof(ByClass))]
    public static async Task<object?> ByClass([OrchestrationTrigger] TaskOrchestrationContext context, int? number) =>
        await ((ITaskOrchestrator)new PlusOneTwice()).RunAsync(context, number);

    [Function(nameof(PlusOne))]
    public static async Task<object?> PlusOne([ActivityTrigger] int number, TaskActivityContext context) =>
        await ((ITaskActivity)FuncTaskActivity.Create<int, int>((_, n) => Task.FromResult(n + 1))).RunAsync(context, number);

    [Function(nameof(CallsHttp))]
    public static async Task<string> CallsHttp([OrchestrationTrigger] TaskOrchestrationContext context, HttpCall call)
    {
        var retry = new HttpRetryOptions { FirstRetryInterval = TimeSpan.FromMilliseconds(10), MaxNumberOfAttempts = call.Attempts };
        var answer = await context.CallHttpAsync(new DurableHttpRequest(new HttpMethod(call.Method), new Uri(call.Uri))
        {
            Content = call.Content,
            Headers = new Dictionary<string, StringValues> { ["X-Asked"] = "yes" },
            AsynchronousPatternEnabled = call.Follow,
            HttpRetryOptions = retry,
            Timeout = TimeSpan.FromSeconds(call.Seconds),
        });
        return $"{answer.StatusCode} | {answer.Content} | {(answer.Headers!.TryGetValue("x-asked", out var asked) ? asked.ToString() : "")}";
    }

    [Function(nameof(WrongInput))]
    public static async Task<string> WrongInput([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            return $"{await context.CallActivityAsync<int>(nameof(PlusOne), "no number")}";
        }
        catch (TaskFailedException failed)
        {
            return failed.FailureDetails.ToString();
        }
    }

    [Function(nameof(Versions))]
    public static int[] Versions([OrchestrationTrigger] TaskOrchestrationContext context) => [Math.Sign(context.CompareVersionTo("1.0")), context.CompareVersionTo("")];

    public sealed record HttpCall(string Method, string Uri, string? Content, bool Follow, int Attempts, double Seconds = 60);

    public sealed record Order(string Name, Colour Colour, string? Note, decimal[] Prices);

    [DurableTask(nameof(PlusOneTwice))]
    private sealed class PlusOneTwice : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input) =>
            2 * await context.CallActivityAsync<int>(nameof(PlusOne), input);
    }
}
