using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>The engine in the worker host, by the front door.</summary>
[Trait("Category", "Host")]
public sealed class HostTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_OrchestrationOfFunctions_RunsThem()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        var ended = await host.RunAsync("greetall", new HostSamples.Guests(["Ann", "Bob"]));

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, ended.SerializedOutput);
        ended.SerializedOutput.ShouldBe("""["Hello Ann from Greet","Hello Bob from Greet"]""");
    }

    [Fact]
    public async Task Host_FunctionNamesGivenByTheTrigger_AreTheNames()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        (await host.RunAsync("Renamed", 20)).ReadOutputAs<int>().ShouldBe(21);
    }

    [Fact]
    public async Task Host_ActivityFails_ExceptionIsNotWrapped()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        (await host.RunAsync("CatchType", 0)).ReadOutputAs<string>().ShouldBe("System.IO.InvalidDataException: bad data");
    }

    [Fact]
    public async Task Host_OrchestratorAwaitsSomethingNotDurable_Fails()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        (await host.RunAsync("Delays", 0)).SerializedOutput!.ShouldStartWith("System.InvalidOperationException: An invalid asynchronous invocation was detected.");
    }

    [Fact]
    public async Task Host_InputThatDoesNotFit_FailsTheInstance()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        (await host.RunAsync("GreetAll", "not guests")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task Host_TwoFunctionsOfOneName_AreNamedAtTheStart()
    {
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => DurableTestHost.StartAsync(azurite.ConnectionString, typeof(TwiceNamed)));

        refused.Message.ShouldContain("'AnyCase' and 'OtherCase' are both called 'SAME'.");
    }

    [Fact]
    public async Task Host_MaxConcurrentActivities_IsKept()
    {
        HostSamples.MostAtOnce = 0;
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        (await host.RunAsync("Crowd", 12)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);

        HostSamples.MostAtOnce.ShouldBe(3);
    }

    [Fact]
    public async Task Host_NoDurableFunctions_NeedsNoStorage()
    {
        await using var host = await DurableTestHost.StartAsync("UseNothing=true", typeof(string));

        host.Services.GetRequiredService<FunctionCatalog>().Functions.ShouldBeEmpty();
    }

    [Fact]
    public async Task DurableClient_OfAnotherHub_IsRefused()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));

        Should.Throw<NotSupportedException>(() => host.Services.GetRequiredService<IDurableTaskClientProvider>().GetClient("OtherHub"));
    }

    [Fact]
    public async Task HttpFunction_WithDurableClient_StartsAnOrchestration()
    {
        await using var host = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(HostSamples));
        using var http = new HttpClient { BaseAddress = host.Address };

        (await http.GetStringAsync("/api/start", Cancel)).ShouldBe("via-http");

        (await host.EndOfAsync("via-http")).ReadOutputAs<int>().ShouldBe(8);
    }
}

/// <summary>Functions as an app writes them.</summary>
public sealed class HostSamples(HostSamples.Greeting greeting)
{
    private static int _now;

    /// <summary>The most <see cref="Busy"/> runs seen at once.</summary>
    public static int MostAtOnce { get; set; }

    [Function(nameof(GreetAll))]
    public static async Task<IReadOnlyList<string>> GreetAll([OrchestrationTrigger] TaskOrchestrationContext context, Guests guests)
    {
        var log = context.CreateReplaySafeLogger<HostSamples>();
        var greetings = new List<string>();
        foreach (var name in guests.Names)
        {
            greetings.Add(await context.CallActivityAsync<string>(nameof(Greet), new Guest(name)));
            log.LogInformation("Greeted one.");
        }

        return greetings;
    }

    [Function(nameof(Greet))]
    public async Task<string> Greet([ActivityTrigger] Guest guest, FunctionContext function, TaskActivityContext activity, CancellationToken cancellation)
    {
        await Task.Delay(1, cancellation);
        function.FunctionDefinition.Name.ShouldBe(nameof(Greet));
        return $"{greeting.Word} {guest.Name} from {activity.Name}";
    }

    [Function("RenamedFunction")]
    public static Task<int> Renamed([OrchestrationTrigger(Orchestration = "Renamed")] TaskOrchestrationContext context) =>
        context.CallActivityAsync<int>("Add one", context.GetInput<int>());

    [Function("AddOneFunction")]
    public static int AddOne([ActivityTrigger(Activity = "Add one")] int number) => number + 1;

    [Function(nameof(CatchType))]
    public static async Task<string> CatchType([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync(nameof(Bad), "x");
            return "nothing";
        }
        catch (TaskFailedException failed)
        {
            return failed.FailureDetails.ToString();
        }
    }

    [Function(nameof(Bad))]
    public static Task Bad([ActivityTrigger] string text) => throw new InvalidDataException("bad data");

    [Function(nameof(Delays))]
    public static async Task Delays([OrchestrationTrigger] TaskOrchestrationContext context) => await Task.Delay(TimeSpan.FromMinutes(1));

    [Function(nameof(Crowd))]
    public static Task Crowd([OrchestrationTrigger] TaskOrchestrationContext context, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync(nameof(Busy), i)));

    [Function(nameof(Busy))]
    public static async Task Busy([ActivityTrigger] int number)
    {
        var now = Interlocked.Increment(ref _now);
        MostAtOnce = Math.Max(MostAtOnce, now);
        await Task.Delay(60);
        Interlocked.Decrement(ref _now);
    }

    [Function(nameof(Start))]
    public static async Task Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "start")] HttpRequest request,
        [DurableClient] DurableTaskClient client)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Renamed", 7, new StartOrchestrationOptions("via-http"), request.HttpContext.RequestAborted);
        await request.HttpContext.Response.WriteAsync(id, request.HttpContext.RequestAborted);
    }

    public sealed record Greeting(string Word);

    public sealed record Guests(IReadOnlyList<string> Names);

    public sealed record Guest(string Name);
}

/// <summary>Two activities that a call could not tell apart.</summary>
public static class TwiceNamed
{
    [Function(nameof(AnyCase))]
    public static int AnyCase([ActivityTrigger(Activity = "same")] int number) => number;

    [Function(nameof(OtherCase))]
    public static int OtherCase([ActivityTrigger(Activity = "SAME")] int number) => number;
}
