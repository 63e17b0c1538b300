using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>Orchestrations made at random, whose results are known beforehand, while every activity runs twice.</summary>
[Trait("Category", "Host")]
public sealed class ProgramTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Programs = 30;
    private readonly ConcurrentDictionary<string, int> _runs = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private enum Kind
    {
        Activity,
        FailingActivity,
        RetriedActivity,
        Together,
        Child,
        Timer,
        Event,
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Programs_EveryActivityRunTwice_ResultsAreRight(int seed)
    {
        var random = new Random(seed);
        var programs = Enumerable.Range(0, Programs).Select(_ => ProgramOf(random, depth: 3)).ToList();
        var options = TestHub.Options(AzuriteFixture.NewPrefix()) with { RunActivitiesTwice = true };
        await using var one = await TestHub.StartAsync(azurite, Functions(), options: options);
        await using var two = await TestHub.StartAsync(azurite, Functions(), options: options);

        await Task.WhenAll(programs.Select((program, i) =>
            (i % 2 == 0 ? one : two).Client.ScheduleNewOrchestrationInstanceAsync("Program", program, new StartOrchestrationOptions($"p{i}"), Cancel)));

        for (var i = 0; i < Programs; i++)
        {
            var ended = await one.EndOfAsync($"p{i}");
            ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, $"seed {seed}, program {i}: {ended.SerializedOutput}");
            ended.ReadOutputAs<int>().ShouldBe(programs[i].Sum(ValueOf), $"seed {seed}, program {i}");
        }

        // The second run of a last activity may still be under way.
        await TestHub.UntilAsync(() => Task.FromResult(_runs.Values.All(runs => runs >= 2)));
        output.WriteLine($"Seed {seed}: {programs.Sum(program => program.Sum(StepsOf))} steps, {_runs.Count} activities run {_runs.Values.Sum()} times");
    }

    [Fact]
    public async Task Activity_WhoseSecondRunReturnsSomethingElse_CountsOnce()
    {
        var tickets = 0;
        var functions = new LambdaFunctions()
            .Activity<object?, int>("Ticket", async _ =>
            {
                var ticket = Interlocked.Increment(ref tickets);
                await Task.Delay(ticket % 3 * 5);
                return ticket;
            })
            .Activity<int, int>("Echo", n => n)
            .Orchestrator("Draw", async context =>
            {
                var drawn = new List<int>();
                for (var i = 0; i < 10; i++)
                {
                    var ticket = await context.CallActivityAsync<int>("Ticket");
                    drawn.Add(ticket - await context.CallActivityAsync<int>("Echo", ticket));
                }

                return drawn;
            });
        var options = TestHub.Options(AzuriteFixture.NewPrefix()) with { RunActivitiesTwice = true };
        await using var hub = await TestHub.StartAsync(azurite, functions, options: options);

        (await hub.RunAsync("Draw")).ReadOutputAs<int[]>().ShouldBe(new int[10]);

        tickets.ShouldBeGreaterThan(10);
    }

    private static Step[] ProgramOf(Random random, int depth) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => StepOf(random, depth))];

    private static Step StepOf(Random random, int depth)
    {
        var kind = (Kind)random.Next(7);
        if (depth == 0 && kind is Kind.Together or Kind.Child) kind = Kind.Activity;
        return new Step(kind, random.Next(1000), kind is Kind.Together or Kind.Child ? ProgramOf(random, depth - 1) : []);
    }

    private static int StepsOf(Step step) => 1 + step.Steps.Sum(StepsOf);

    /// <summary>What the step has to come to, said without an engine.</summary>
    private static int ValueOf(Step step) => step.Kind switch
    {
        Kind.FailingActivity => 1,
        Kind.Timer => 0,
        Kind.Together or Kind.Child => step.Steps.Sum(ValueOf),
        _ => step.Number,
    };

    private LambdaFunctions Functions() => new LambdaFunctions()
        .Activity<Call, int>("Give", call =>
        {
            _runs.AddOrUpdate(call.Key, 1, (_, n) => n + 1);
            return call.Fails ? throw new InvalidOperationException("as told") : call.Number;
        })
        .Orchestrator("Program", async context =>
        {
            var sum = 0;
            foreach (var step in context.GetInput<Step[]>()!) sum += await RunAsync(context, step);
            return sum;
        });

    private static async Task<int> RunAsync(TaskOrchestrationContext context, Step step)
    {
        switch (step.Kind)
        {
            case Kind.FailingActivity:
                try
                {
                    return await GiveAsync(context, step.Number, fails: true);
                }
                catch (TaskFailedException)
                {
                    return 1;
                }

            case Kind.RetriedActivity:
                var policy = new RetryPolicy(3, TimeSpan.FromMilliseconds(10));
                return await context.CallActivityAsync<int>("Give", new Call($"{context.NewGuid()}", step.Number, Fails: false), TaskOptions.FromRetryPolicy(policy));
            case Kind.Together:
                return (await Task.WhenAll(step.Steps.Select(inner => RunAsync(context, inner)))).Sum();
            case Kind.Child:
                return await context.CallSubOrchestratorAsync<int>("Program", step.Steps);
            case Kind.Timer:
                await context.CreateTimer(TimeSpan.FromMilliseconds(step.Number % 50), CancellationToken.None);
                return 0;
            case Kind.Event:
                var name = $"{context.NewGuid()}";
                context.SendEvent(context.InstanceId, name, step.Number);
                return await context.WaitForExternalEvent<int>(name);
            default:
                return await GiveAsync(context, step.Number, fails: false);
        }
    }

    private static Task<int> GiveAsync(TaskOrchestrationContext context, int number, bool fails) =>
        context.CallActivityAsync<int>("Give", new Call($"{context.NewGuid()}", number, fails));

    private sealed record Step(Kind Kind, int Number, Step[] Steps);

    private sealed record Call(string Key, int Number, bool Fails);
}
