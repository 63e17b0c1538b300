using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace SyncFunctions.Host.Tests.Http;

public enum Shade
{
    Light,
    Dark,
}

public sealed record Paint(string Name, Shade Shade, string? Note);

/// <summary>Functions that the HTTP tests call.</summary>
public sealed class HttpSamples
{
    [Function("Plain")]
    public IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request) => new OkObjectResult("hi");

    [Function("AnyMethod")]
    public IActionResult AnyMethod([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkObjectResult(request.Method);

    [Function("odd-name_1")]
    public IActionResult OddName([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult("odd");

    [Function("EmptyRoute")]
    public IActionResult EmptyRoute([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "")] HttpRequest request) => new OkObjectResult("empty");

    [Function("MixedCase")]
    public IActionResult MixedCase([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Mixed/CaseRoute/{Val}")] HttpRequest request, string val)
        => new OkObjectResult(val);

    [Function("Opt")]
    public IActionResult Opt([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "opt/{id:int?}")] HttpRequest request, int? id)
        => new OkObjectResult($"{id?.ToString() ?? "null"} {request.RouteValues.ContainsKey("id")}");

    [Function("Number")]
    public IActionResult Number([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "number/{id:int}")] HttpRequest request, int id)
        => new OkObjectResult(id);

    [Function("Free")]
    public IActionResult Free([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "free/{n}")] HttpRequest request, int n)
        => new OkObjectResult(n);

    [Function("Guids")]
    public IActionResult Guids([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "guid/{id:guid}")] HttpRequest request, Guid id)
        => new OkObjectResult(id.ToString("N"));

    [Function("Alpha")]
    public IActionResult Alpha([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "alpha/{s:alpha}")] HttpRequest request, string s)
        => new OkObjectResult(s);

    [Function("Length")]
    public IActionResult Length([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "length/{s:length(2,4)}")] HttpRequest request, string s)
        => new OkObjectResult(s);

    [Function("Min")]
    public IActionResult Min([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "min/{n:min(5)}")] HttpRequest request, int n)
        => new OkObjectResult(n);

    [Function("Default")]
    public IActionResult Default([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "default/{x=seven}")] HttpRequest request, string x)
        => new OkObjectResult($"{x} {request.RouteValues["x"]}");

    [Function("Over1")]
    public IActionResult OverFixed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "over/fixed")] HttpRequest request) => new OkObjectResult("literal");

    [Function("Over2")]
    public IActionResult OverParam([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "over/{p}")] HttpRequest request, string p) => new OkObjectResult($"param:{p}");

    [Function("Over3")]
    public IActionResult OverInt([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "over/{p:int}")] HttpRequest request, int p) => new OkObjectResult($"int:{p}");

    [Function("Over4")]
    public IActionResult OverPost([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "over/postonly")] HttpRequest request) => new OkObjectResult("post");

    [Function("CatchAll")]
    public IActionResult CatchAll([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "all/{*rest}")] HttpRequest request, string? rest)
        => new OkObjectResult($"{rest ?? "null"} {request.RouteValues.ContainsKey("rest")}");

    [Function("Segment")]
    public IActionResult Segment([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "segment/{value}")] HttpRequest request, string value)
        => new OkObjectResult(value);

    [Function("SameGet")]
    public IActionResult SameGet([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same")] HttpRequest request) => new OkObjectResult("get");

    [Function("SamePost")]
    public IActionResult SamePost([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "same")] HttpRequest request) => new OkObjectResult("post");

    [Function("DupZ")]
    public IActionResult DupZ([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "dup")] HttpRequest request) => new OkObjectResult("z");

    [Function("DupA")]
    public IActionResult DupA([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "dup")] HttpRequest request) => new OkObjectResult("a");

    [Function("QueryValue")]
    public IActionResult QueryValue([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "query")] HttpRequest request, string? a, int n = 3)
        => new OkObjectResult($"{a ?? "null"} {n} {request.Query["a"].Count}");

    [Function("Contexts")]
    public IActionResult Contexts(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "contexts")] HttpRequest request,
        HttpContext http,
        FunctionContext function,
        CancellationToken cancellation)
        => new OkObjectResult(new
        {
            SameRequest = ReferenceEquals(http.Request, request),
            SameContext = ReferenceEquals(function.GetHttpContext(), http),
            SameServices = ReferenceEquals(http.RequestServices, function.InstanceServices),
            SameToken = function.CancellationToken == cancellation,
            function.FunctionDefinition.Name,
            Trigger = function.FunctionDefinition.InputBindings["request"].Type,
            InvocationHeader = request.Headers["x-ms-invocation-id"].ToString() == function.InvocationId,
            Forwarded = request.Headers.ContainsKey("X-Forwarded-For"),
            RetryIsNull = function.RetryContext is null,
        });

    [Function("Echo")]
    public async Task<IActionResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo")] HttpRequest request, long? limit)
    {
        if (limit is not null) request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = limit;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        return new OkObjectResult(buffer.Length);
    }

    [Function("Form")]
    public async Task<IActionResult> Form([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "form")] HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        return new OkObjectResult($"{form["a"]} {(form.Files.Count > 0 ? form.Files[0].Length : 0)}");
    }

    [Function("Pipe")]
    public async Task<IActionResult> Pipe([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "pipe")] HttpRequest request)
    {
        var read = await request.BodyReader.ReadAtLeastAsync(4);
        return new OkObjectResult(read.Buffer.Length);
    }

    [Function("Unread")]
    public IActionResult Unread([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "unread")] HttpRequest request) => new OkResult();

    [Function("Body")]
    public IActionResult Body([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")] HttpRequest request, [FromBody] Paint paint)
        => new OkObjectResult(paint);

    [Function("FunctionKey")]
    public IActionResult FunctionKey([HttpTrigger(AuthorizationLevel.Function, "get", Route = "key/function")] HttpRequest request) => new OkResult();

    [Function("AdminKey")]
    public IActionResult AdminKey([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "key/admin")] HttpRequest request) => new OkResult();

    [Function("AnonymousKey")]
    public IActionResult AnonymousKey([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "key/none")] HttpRequest request)
        => new OkObjectResult($"{request.Query["code"]} {request.Headers["x-functions-key"]} {request.HttpContext.User.Identity?.IsAuthenticated}");

    [Function("Throw")]
    public IActionResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw/{kind}")] HttpRequest request, string kind)
        => throw (kind == "bad" ? new BadHttpRequestException("no", 418) : new InvalidOperationException("secret detail"));

    [Function("ThrowLate")]
    public async Task ThrowLate([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throwlate")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("part");
        await request.HttpContext.Response.Body.FlushAsync();
        throw new InvalidOperationException("late");
    }

    [Function("Result")]
    public IActionResult? Result([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result/{kind}")] HttpRequest request, string kind) => kind switch
    {
        "null" => null,
        "empty" => new EmptyResult(),
        "ok-null" => new OkObjectResult(value: null),
        "poco" => new OkObjectResult(new Paint("é", Shade.Dark, Note: null)),
        "json" => new JsonResult("é<>"),
        "bytes" => new OkObjectResult(new byte[] { 1, 2, 3 }),
        "double" => new OkObjectResult(1.5),
        "content" => new ContentResult { Content = "<b>", ContentType = "text/html" },
        "content-plain" => new ContentResult { Content = "plain" },
        "no-content" => new NoContentResult(),
        "unchanged" => new StatusCodeResult(304),
        "conflict" => new ConflictResult(),
        "error" => new StatusCodeResult(500),
        "busy" => new StatusCodeResult(503),
        "busy-object" => new ObjectResult(new { busy = true }) { StatusCode = 503 },
        "moved" => new RedirectResult("/elsewhere", permanent: true),
        "stream" => new FileStreamResult(new MemoryStream(new byte[100_000]), "application/octet-stream"),
        "bad" => new BadRequestResult(),
        "missing" => new NotFoundResult(),
        "teapot" => new StatusCodeResult(418),
        "bad-object" => new BadRequestObjectResult(new { error = "x" }),
        "missing-text" => new NotFoundObjectResult("gone"),
        "problem" => new ObjectResult(new ProblemDetails { Title = "t", Status = 409 }) { StatusCode = 409 },
        "created" => new CreatedResult("/things/1", new { id = 1 }),
        "accepted" => new AcceptedResult("/status/1", value: null),
        "redirect" => new RedirectResult("/elsewhere"),
        "file" => new FileContentResult([1, 2, 3], "application/octet-stream") { FileDownloadName = "a b.txt" },
        "unauthorized" => new UnauthorizedResult(),
        "forbid" => new ForbidResult(),
        "unserializable" => new OkObjectResult(new { Pointer = new Func<int>(() => 1) }),
        _ => new NotFoundResult(),
    };

    [Function("ReturnsString")]
    public string ReturnsString([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "string")] HttpRequest request) => "not a result";

    [Function("ReturnsObject")]
    public object ReturnsObject([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "object")] HttpRequest request) => new { a = 1 };

    [Function("ReturnsPaint")]
    public Task<Paint> ReturnsPaint([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "paint")] HttpRequest request)
        => Task.FromResult(new Paint("a", Shade.Light, "b"));

    [Function("ReturnsTask")]
    public Task ReturnsTask([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "task")] HttpRequest request) => Task.CompletedTask;

    [Function("ReturnsNothing")]
    public ValueTask ReturnsNothing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "nothing")] HttpRequest request) => ValueTask.CompletedTask;

    [Function("BodyText")]
    public IActionResult BodyText([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body/text")] HttpRequest request, [FromBody] string text) => new OkObjectResult(text);

    [Function("ReturnsIResult")]
    public async ValueTask<IResult> ReturnsIResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "iresult")] HttpRequest request)
    {
        await Task.Yield();
        return Results.Json(new { A = 1 }, statusCode: 203);
    }

    [Function("ReturnsMany")]
    public Several ReturnsMany([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "several")] HttpRequest request) => new() { Response = new StatusCodeResult(207) };

    [Function("Direct")]
    public async Task Direct([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "direct")] HttpRequest request)
    {
        var response = request.HttpContext.Response;
        response.StatusCode = 299;
        response.Headers.Server = "mine";
        response.Headers.Append("Set-Cookie", "a=1");
        response.Headers.Append("Set-Cookie", "b=2");
        await response.WriteAsync("direct");
    }

    public sealed class Several
    {
        [HttpResult]
        public IActionResult? Response { get; set; }
    }
}
