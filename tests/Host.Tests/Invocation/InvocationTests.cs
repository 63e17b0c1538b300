using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Host.Tests.Invocation;

[Trait("Category", "Host")]
public sealed class InvocationTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Run_HasAScopeOfItsOwn()
    {
        await using var host = await StartAsync();
        (await host.Client.GetAsync("/api/scoped")).EnsureSuccessStatusCode();
        (await host.Client.GetAsync("/api/scoped")).EnsureSuccessStatusCode();
        var first = await _recorder.NextAsync<ScopedThing>();
        var second = await _recorder.NextAsync<ScopedThing>();
        first.ShouldNotBeSameAs(second);
        await host.StopAsync();
        first.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task Run_IsLoggedUnderItsFunction()
    {
        await using var host = await StartAsync();
        await host.Client.GetAsync("/api/scoped");
        var entries = host.Log.Entries;
        entries.ShouldContain(entry => entry.Category == "Function.Scoped" && entry.Level == LogLevel.Information && entry.Message.StartsWith("Executing 'Functions.Scoped' (Id="));
        entries.ShouldContain(entry => entry.Category == "Mine" && entry.Message == "by name");
        entries.ShouldContain(entry => entry.Category == typeof(InvocationSamples).FullName && entry.Message == "by type");
        var executed = await host.Log.WaitForAsync(entry => entry.Category == "Function.Scoped" && entry.Message.StartsWith("Executed"));
        executed.Message.ShouldMatch(@"^Executed 'Functions\.Scoped' \(Succeeded, Id=[0-9a-f-]{36}, Duration=\d+ms\)$");
    }

    [Fact]
    public async Task LogLevel_OfHostJson_Filters()
    {
        await using var host = await StartAsync("""{ "logging": { "logLevel": { "default": "Warning", "Function": "Information", "Function.Wait": "None" } } }""");
        await host.Client.GetAsync("/api/scoped");
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Scoped'"));
        host.Log.Entries.ShouldNotContain(entry => entry.Category == "Mine");
        host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Function.Wait").IsEnabled(LogLevel.Critical).ShouldBeFalse();
    }

    [Fact]
    public async Task Middleware_RunsInOrderAroundTheFunctionAndMayReplaceTheResult()
    {
        await using var host = await StartAsync(configure: builder =>
        {
            builder.UseMiddleware(async (context, next) =>
            {
                context.Items["mark"] = "outer";
                await next();
                ((OkObjectResult)context.GetInvocationResult().Value!).Value += " after";
            });
            builder.UseMiddleware<AddMark>();
            builder.UseWhen(
                context => context.FunctionDefinition.Name == "Wait",
                (_, _) => throw new InvalidOperationException("not for this function"));
        });
        (await host.Client.GetStringAsync("/api/scoped")).ShouldBe("outer inner after");
        (await host.Client.GetAsync("/api/wait")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Middleware_ThatAnswersItself_KeepsTheFunctionFromRunning()
    {
        await using var host = await StartAsync(configure: builder => builder.UseWhen(
            context => context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "httpTrigger"),
            async (context, _) =>
            {
                context.GetHttpContext()!.Response.StatusCode = 418;
                await context.GetHttpContext()!.Response.WriteAsync("no");
            }));
        (await host.Client.GetAsync("/api/scoped")).StatusCode.ShouldBe((HttpStatusCode)418);
        _recorder.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Caller_WhoLeaves_FiresTheToken()
    {
        await using var host = await StartAsync();
        using var leave = new CancellationTokenSource();
        var request = host.Client.GetAsync("/api/wait", leave.Token);
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => request);
        (await _recorder.NextAsync<string>()).ShouldBe("cancelled");
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Wait' (Failed"));
    }

    [Fact]
    public async Task Caller_WhoLeaves_FiresEachToken()
    {
        await using var host = await StartAsync();
        using var leave = new CancellationTokenSource();
        var request = host.Client.GetAsync("/api/aborted", leave.Token);
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => request);
        (await _recorder.NextAsync<string>()).ShouldBe("all");
        var executed = await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Aborted'"));
        executed.Message.ShouldMatch(@"^Executed 'Functions\.Aborted' \(Failed, Id=[0-9a-f-]{36}, Duration=\d+ms\)$");
        executed.Exception.ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task Timeout_FiresTheToken()
    {
        await using var host = await StartAsync("""{ "functionTimeout": "00:00:00.200" }""");
        (await host.Client.GetAsync("/api/wait")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        _recorder.All.ShouldBe(["begin", "cancelled"]);
        host.Log.Entries.ShouldContain(entry => entry.Message.StartsWith("Timeout value of 00:00:00.2000000 exceeded by function 'Functions.Wait' (Id: "));
        host.Log.Entries.ShouldContain(entry => entry.Exception != null && entry.Exception.GetType().Name == "FunctionTimeoutException");
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatDoesNotListen_GivesItUp()
    {
        await using var host = await StartAsync("""{ "functionTimeout": "00:00:00.200" }""", abandonAfter: TimeSpan.FromMilliseconds(200));
        using var response = await host.Client.GetAsync("/api/deaf");
        await Http.RoutingTests.ShouldBeEmptyAsync(response, HttpStatusCode.InternalServerError);
        response.Headers.ConnectionClose.ShouldBe(true);
        _recorder.OpenGate();
    }

    [Fact]
    public async Task Host_ThatStops_AnswersWhatItHasBegunAndTakesNoMore()
    {
        await using var host = await StartAsync();
        var request = host.Client.GetAsync("/api/wait");
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        var stopping = host.StopAsync();
        using var other = new HttpClient { BaseAddress = host.Address };
        await RefusedAsync(other);
        stopping.IsCompleted.ShouldBeFalse();
        _recorder.OpenGate();
        using var response = await request;
        (await response.Content.ReadAsStringAsync()).ShouldBe("done");
        await stopping;
    }

    [Fact]
    public async Task Host_ThatStopsAtItsLimit_TellsTheRunAndCutsTheConnection()
    {
        await using var host = await StartAsync(drainLimit: TimeSpan.FromMilliseconds(200));
        var request = host.Client.GetAsync("/api/wait");
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        await host.StopAsync();
        await Should.ThrowAsync<HttpRequestException>(() => request);
        _recorder.All.ShouldBe(["begin", "cancelled"]);
    }

    [Fact]
    public async Task LocalSettings_CountBelowTheEnvironment()
    {
        var name = $"HostTests{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable($"{name}__B", "environment");
        try
        {
            await using var host = await TestHost.StartAsync(
                new TestHostOptions
                {
                    LocalSettings = $$"""{ /* by hand */ "IsEncrypted": false, "Values": { "{{name}}__A": "file", "{{name}}__B": "file" }, "Host": { "LocalHttpPort": 7099 } }""",
                });
            var configuration = host.Services.GetRequiredService<IConfiguration>();
            configuration[$"{name}:A"].ShouldBe("file");
            configuration[$"{name}:B"].ShouldBe("environment");
        }
        finally
        {
            Environment.SetEnvironmentVariable($"{name}__B", null);
        }
    }

    [Fact]
    public void LocalSettings_ThatAreEncrypted_AreRefusedInOneSentence()
        => Should.Throw<InvalidOperationException>(() => TestHost.Build(new TestHostOptions { LocalSettings = """{ "IsEncrypted": true, "Values": { "A": "x" } }""" }))
            .Message.ShouldEndWith("local.settings.json is encrypted, which cannot be read here: decrypt it with 'func settings decrypt'.");

    // The listening socket closes soon after the stop began, not at the same moment.
    private static async Task RefusedAsync(HttpClient client)
    {
        for (var i = 0; i < 100; i++)
        {
            try
            {
                await client.GetAsync("/admin/host/ping");
                await Task.Delay(50);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }

        throw new InvalidOperationException("The host still takes requests.");
    }

    private Task<TestHost> StartAsync(
        string hostJson = "{}",
        Action<Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder>? configure = null,
        TimeSpan? drainLimit = null,
        TimeSpan? abandonAfter = null)
        => TestHost.StartAsync(
            new TestHostOptions
            {
                HostJson = hostJson,
                Configure = builder =>
                {
                    builder.Services.AddSingleton(_recorder);
                    builder.Services.AddScoped<ScopedThing>();
                    configure?.Invoke(builder);
                },
                DrainLimit = drainLimit ?? TimeSpan.FromSeconds(30),
                AbandonAfter = abandonAfter ?? TimeSpan.FromSeconds(10),
            },
            typeof(InvocationSamples));

    public sealed class AddMark : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            context.Items["mark"] += " inner";
            return next(context);
        }
    }
}
