using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>Functions whose names or routes the host refuses, beside one that it takes.</summary>
public sealed class RefusedSamples
{
    [Function("has space")]
    public IActionResult Space([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n1")] HttpRequest request) => new OkResult();

    [Function("1digit")]
    public IActionResult Digit([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n2")] HttpRequest request) => new OkResult();

    [Function("naïve")]
    public IActionResult NotAscii([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n3")] HttpRequest request) => new OkResult();

    [Function("host")]
    public IActionResult Host([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n4")] HttpRequest request) => new OkResult();

    [Function("RAdmin")]
    public IActionResult Admin([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "administrator/x")] HttpRequest request) => new OkResult();

    [Function("RRuntime")]
    public IActionResult Runtime([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Runtime/x")] HttpRequest request) => new OkResult();

    [Function("Switched")]
    public IActionResult Switched([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "switched")] HttpRequest request) => new OkResult();

    [Function("has.dot")]
    public IActionResult Dot([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n5")] HttpRequest request) => new OkResult();

    [Function("has/slash")]
    public IActionResult Slash([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n6")] HttpRequest request) => new OkResult();

    [Function("-lead")]
    public IActionResult Dash([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n7")] HttpRequest request) => new OkResult();

    [Function("_under")]
    public IActionResult Under([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "n8")] HttpRequest request) => new OkResult();

    [Function("Broken")]
    public IActionResult Broken([HttpTrigger(AuthorizationLevel.Anonymous, Route = "bad/{a")] HttpRequest request) => new OkResult();

    [Function("Unknown")]
    public IActionResult Unknown([HttpTrigger(AuthorizationLevel.Anonymous, Route = "badc/{a:nosuch}")] HttpRequest request) => new OkResult();

    [Function("Leading")]
    public IActionResult Leading([HttpTrigger(AuthorizationLevel.Anonymous, Route = "/lead")] HttpRequest request) => new OkResult();

    [Function("Unset")]
    public IActionResult Unset([HttpTrigger(AuthorizationLevel.Anonymous, Route = "%NoSuchSetting%")] HttpRequest request) => new OkResult();

    [Function("Whole")]
    public IActionResult Whole([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkResult();

    [Function("Good")]
    public IActionResult Good([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "good")] HttpRequest request) => new OkResult();
}
