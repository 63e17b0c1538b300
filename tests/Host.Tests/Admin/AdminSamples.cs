using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace SyncFunctions.Host.Tests.Admin;

/// <summary>A function of each kind, one that is disabled and two that are in error. Each says what it was given.</summary>
public sealed class AdminSamples(Recorder recorder)
{
    [Function("Echo")]
    public async Task<IActionResult> EchoAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "Echoes/{id:int?}")] HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        recorder.Say($"{request.Method} {await reader.ReadToEndAsync()}");
        return new OkObjectResult("echo");
    }

    [Function("Nightly")]
    public void Nightly([TimerTrigger("0 0 3 * * *")] TimerInfo timer) => recorder.Say(timer);

    [Function("Listen")]
    [QueueOutput("%Queue%-out")]
    public string? Listen([QueueTrigger("%Queue%")] QueueMessage message, FunctionContext context)
    {
        recorder.Say(message);
        recorder.Say(context.BindingContext.BindingData);
        return null;
    }

    [Function("Double")]
    public int Double([ActivityTrigger] int number)
    {
        recorder.Say($"double of {number}");
        return number * 2;
    }

    [Function("Calls")]
    public static Task<int> Calls([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<int>("Double", 1);

    [Function("Off")]
    public IActionResult Off([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "off")] HttpRequest request)
    {
        recorder.Say($"off {request.Method}");
        return new OkObjectResult("off");
    }

    [Function("BadTimer")]
    public void BadTimer([TimerTrigger("never")] TimerInfo timer) => recorder.Say($"bad timer {timer.IsPastDue}");

    [Function("BadRoute")]
    public IActionResult BadRoute([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "admin/bad")] HttpRequest request) => new OkObjectResult(request.Path);

    [Function("no name")]
    public void BadName([TimerTrigger("0 0 3 * * *")] TimerInfo timer) => recorder.Say(timer);
}
