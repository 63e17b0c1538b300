using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Tests.Problems;

public sealed class ProblemTests
{
    [Fact]
    public async Task Problem_AsAnAnswer_HasTheMembersOfRfc9457()
    {
        var http = new DefaultHttpContext();
        var problem = new ProblemException(ProblemType.FlowBusy, "It syncs since 10:00.")
        {
            Errors = [new BodyError("wrong", "#/mode")],
            Extensions = new Dictionary<string, object?> { ["since"] = DateTimeOffset.UnixEpoch }.ToImmutableSortedDictionary(),
            RetryAt = DateTimeOffset.UtcNow.AddSeconds(90),
        };

        var body = await ExecuteAsync(http, new ProblemResult(problem));

        http.Response.StatusCode.ShouldBe(409);
        http.Response.ContentType.ShouldBe("application/problem+json");
        body.GetProperty("type").GetString().ShouldBe("/api/problems/flow-busy");
        body.GetProperty("title").GetString().ShouldBe(ProblemType.FlowBusy.Title);
        body.GetProperty("status").GetInt32().ShouldBe(409);
        body.GetProperty("detail").GetString().ShouldBe("It syncs since 10:00.");
        body.GetProperty("trace_id").GetString().ShouldNotBeNullOrEmpty();
        body.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("#/mode");
        body.GetProperty("since").GetDateTimeOffset().ShouldBe(DateTimeOffset.UnixEpoch);
        body.GetProperty("retry_after_seconds").GetInt64().ShouldBeInRange(85, 90);
        http.Response.Headers.RetryAfter.ToString().ShouldBe(body.GetProperty("retry_after_seconds").GetRawText());
    }

    [Fact]
    public void Exception_NobodyExpected_TellsNothingOfItself()
    {
        var middleware = new ProblemMiddleware(NullLogger<ProblemMiddleware>.Instance);

        var problem = middleware.Describe(new InvalidOperationException("password=secret"), "GetTenant", new DefaultHttpContext());

        problem.Type.ShouldBe(ProblemType.Internal);
        problem.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void ProblemTypes_All_HaveNamesOfTheirOwn()
    {
        ProblemType.All.Count.ShouldBeGreaterThan(10);
        ProblemType.All.Select(type => type.Name).ShouldBeUnique();
        ProblemType.All.ShouldAllBe(type => type.Status >= 400 && type.Status < 600 && type.Title.EndsWith('.'));
    }

    [Fact]
    public async Task ProblemPage_OfEveryType_SaysWhatItMeansAndWhatToDo()
    {
        foreach (var type in ProblemType.All)
        {
            var text = ProblemText.All.GetValueOrDefault(type).ShouldNotBeNull($"{type.Name} has no text for its page.");
            string[] sentences = [text.Meaning, .. text.Causes, .. text.Steps];
            sentences.ShouldAllBe(sentence => sentence.EndsWith('.'), type.Name);
            text.Steps.ShouldNotBeEmpty(type.Name);

            var (http, page) = await PageAsync(type.Address.Split('/')[^1]);

            http.Response.ContentType.ShouldBe("text/html; charset=utf-8");
            http.Response.Headers.ContentSecurityPolicy.ToString().ShouldStartWith("default-src 'none'");
            foreach (var sentence in sentences.Append(type.Title)) page.ShouldContain(HtmlEncoder.Default.Encode(sentence));
        }

        Should.Throw<ProblemException>(() => new GetProblem().Run(new DefaultHttpContext().Request, "<script>")).Type.ShouldBe(ProblemType.NotFound);
    }

    [Fact]
    public async Task Answer_WithEnumsAndNames_IsCamelCaseAndReadable()
    {
        var http = new DefaultHttpContext();

        var body = await ExecuteAsync(http, Json.Created(new { DisplayName = "Zoë <b>", Direction = SyncFunctions.Engine.Direction.LeftToRight }));

        http.Response.StatusCode.ShouldBe(201);
        http.Response.ContentType.ShouldBe("application/json; charset=utf-8");
        http.Response.Headers.CacheControl.ToString().ShouldBe("no-store");
        body.GetRawText().ShouldBe("""{"displayName":"Zoë <b>","direction":"leftToRight"}""");
    }

    private static async Task<(HttpContext Http, string Page)> PageAsync(string name)
    {
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await new GetProblem().Run(http.Request, name).ExecuteResultAsync(new ActionContext(http, new RouteData(), new ActionDescriptor()));
        http.Response.Body.Position = 0;
        using var reader = new StreamReader(http.Response.Body);
        return (http, await reader.ReadToEndAsync());
    }

    private static async Task<JsonElement> ExecuteAsync(HttpContext http, IActionResult result)
    {
        http.Response.Body = new MemoryStream();
        await result.ExecuteResultAsync(new ActionContext(http, new RouteData(), new ActionDescriptor()));
        http.Response.Body.Position = 0;
        return (await JsonDocument.ParseAsync(http.Response.Body)).RootElement;
    }
}
