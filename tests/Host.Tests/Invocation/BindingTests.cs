using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Core.Invocation;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SyncFunctions.Host.Tests.Invocation;

[Trait("Category", "Host")]
public sealed class BindingTests
{
    [Fact]
    public async Task Parameters_AreBoundByNameAndConverted()
    {
        await using var host = await StartAsync();
        (await host.Client.GetStringAsync("/api/values/1?TEXT=t&id=0f8fad5b-d9cb-469f-a165-70867728950e&day=2026-01-02&flag=false"))
            .ShouldBe("1 t 0f8fad5bd9cb469fa16570867728950e 2026-01-02 False");
        (await host.Client.GetStringAsync("/api/values/1")).ShouldBe("1 null null null True");
        (await host.Client.GetStringAsync("/api/mvc/p?q=x")).ShouldBe("p x null");
        (await host.Client.GetStringAsync("/api/coded?code=x")).ShouldBe("null x False");
    }

    [Fact]
    public async Task Parameters_ThatCannotBeConverted_AreAllNamed()
    {
        await using var host = await StartAsync();
        (await host.Client.GetAsync("/api/values/one?id=two")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await host.Client.GetAsync("/api/needy")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await FailureAsync(host, "Values")).ShouldBeOfType<FunctionInputConverterException>().Message.ShouldMatch(
            @"(?s)^Error converting 2 input parameters for Function 'Values': Cannot convert input parameter 'number' to type 'System\.Int32' from type 'System\.String'\. Error:System\.Text\.Json\.JsonException.*Cannot convert input parameter 'id' to type '.*' from type 'System\.String'\. Error:System\.FormatException");
        (await FailureAsync(host, "Needy")).Message.ShouldContain("Cannot convert input parameter 'needed' to type 'System.Int32' from type 'null'.");
    }

    [Theory]
    [InlineData("/api/colours?colour=red", "red for Colours")]
    [InlineData("/api/colours", "null")]
    [InlineData("/api/marks", "True marks False, False  False")]
    public async Task Converter_OfATypeOrOfTheWorker_IsAskedBeforeTheBuiltIn(string path, string expected)
    {
        await using var host = await StartAsync(builder => builder.Services.Configure<WorkerOptions>(options => options.InputConverters.RegisterAt<AttributeConverter>(0)));
        (await host.Client.GetStringAsync(path)).ShouldBe(expected);
    }

    [Fact]
    public async Task Converter_ThatFailsOrCannotDoIt_FailsTheRun()
    {
        await using var host = await StartAsync();
        (await host.Client.GetAsync("/api/colours?colour=broken")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await FailureAsync(host, "Colours")).Message.ShouldContain("Error:System.FormatException: no colour");
        // Not handled: the text is taken for JSON then.
        (await host.Client.GetAsync("/api/colours?colour=unhandled")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Middleware_MayLookAtInputsAndReplaceThem()
    {
        await using var host = await StartAsync(builder =>
        {
            builder.UseWhen(context => context.FunctionDefinition.Name == "Values", async (context, next) =>
            {
                var inputs = context.Features.Get<IFunctionInputBindingFeature>()!;
                var bound = await inputs.BindFunctionInputAsync(context);
                bound.Values[1].ShouldBe(1);
                (await inputs.BindFunctionInputAsync(context)).ShouldBeSameAs(bound);
                bound.Values[2] = "replaced";
                await next();
            });
            builder.UseWhen(context => context.FunctionDefinition.Name == "Colours", async (context, next) =>
            {
                var request = await context.BindInputAsync<Microsoft.AspNetCore.Http.HttpRequest>(context.FunctionDefinition.InputBindings["request"]);
                request.BindingMetadata.Type.ShouldBe("httpTrigger");
                request.Value!.Path.Value.ShouldBe("/api/colours");
                await next();
            });
            builder.UseWhen(context => context.FunctionDefinition.Name == "Marks", async (context, next) =>
            {
                var trigger = await context.BindInputAsync<Marked>(context.FunctionDefinition.InputBindings["trigger"]);
                trigger.Value = new Marked($"not {trigger.Value!.Text}");
                await next();
            });
            builder.Services.Configure<WorkerOptions>(options => options.InputConverters.RegisterAt<AttributeConverter>(0));
        });
        (await host.Client.GetStringAsync("/api/values/1")).ShouldBe("1 replaced null null True");
        (await host.Client.GetStringAsync("/api/colours?colour=red")).ShouldBe("red for Colours");
        (await host.Client.GetStringAsync("/api/marks")).ShouldBe("not True marks False, False  False");
    }

    [Fact]
    public async Task Result_AskedForAsAnotherType_SaysSo()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware(async (context, next) =>
        {
            await next();
            if (context.FunctionDefinition.Name == "Metric") _ = context.GetInvocationResult<string>();
            context.GetInvocationResult<OkObjectResult>().Value = new OkObjectResult("mine");
        }));
        (await host.Client.GetStringAsync("/api/values/1")).ShouldBe("mine");
        (await host.Client.GetAsync("/api/metric")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await FailureAsync(host, "Metric")).Message.ShouldBe(
            "Requested type(System.String) does not match the type of Invocation result(Microsoft.AspNetCore.Mvc.OkResult)");
    }

    [Fact]
    public async Task ActivatorAndExecutor_OfTheApp_TakeTheirPlaces()
    {
        await using var host = await StartAsync(builder =>
        {
            builder.Services.AddSingleton<IFunctionActivator, CountingActivator>();
            builder.Services.AddSingleton<IFunctionExecutor, OwnExecutor>();
        });
        (await host.Client.GetStringAsync("/api/values/1")).ShouldBe("made 1");
        (await host.Client.GetStringAsync("/api/values/1")).ShouldBe("made 2");
    }

    [Fact]
    public async Task Metric_IsLoggedWithItsProperties()
    {
        await using var host = await StartAsync();
        await host.Client.GetAsync("/api/metric");
        host.Log.Entries.ShouldContain(entry => entry.Category == "Metrics" && entry.Message == "Metric Apples = 2.5");
    }

    private static async Task<Exception> FailureAsync(TestHost host, string function)
        => (await host.Log.WaitForAsync(entry => entry.Message.StartsWith($"Executed 'Functions.{function}' (Failed"))).Exception!;

    private static Task<TestHost> StartAsync(Action<FunctionsApplicationBuilder>? configure = null)
        => TestHost.StartAsync(new TestHostOptions { Configure = configure ?? (static _ => { }) }, typeof(BindingSamples));

    private sealed class CountingActivator : IFunctionActivator
    {
        public int Made { get; private set; }

        public object? CreateInstance(Type instanceType, FunctionContext context)
        {
            Made++;
            return ActivatorUtilities.CreateInstance(context.InstanceServices, instanceType);
        }
    }

    private sealed class OwnExecutor(IFunctionActivator activator) : IFunctionExecutor
    {
        public ValueTask ExecuteAsync(FunctionContext context)
        {
            activator.CreateInstance<BindingSamples>(context).ShouldNotBeNull();
            context.GetInvocationResult().Value = new OkObjectResult($"made {((CountingActivator)activator).Made}");
            return ValueTask.CompletedTask;
        }
    }
}
