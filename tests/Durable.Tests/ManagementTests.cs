using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>The management addresses of the durable extension, by HTTP, as the genuine host answers them.</summary>
[Trait("Category", "Host")]
public sealed class ManagementTests(ManagementTests.Host host) : IClassFixture<ManagementTests.Host>
{
    private const string Base = "/runtime/webhooks/durabletask";
    private static readonly string NoMatch = Uri.EscapeDataString("2001-01-01T00:00:00Z");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyAddress_ByKey_OpensForTheSystemAndMasterKeyAlone()
    {
        var keys = host.Durable.Keys;
        var id = await host.WaitingAsync();

        var none = await host.Durable.Http.GetAsync($"{Base}/instances/{id}", Cancel);
        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        none.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await host.Durable.Http.GetAsync($"{Base}/instances/{id}?code=wrong", Cancel)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Durable.Http.GetAsync($"{Base}/instances/{id}?code={keys.DefaultFunctionKey}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await host.Durable.Http.GetAsync($"{Base}/instances/{id}?code={keys.MasterKey}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await host.Durable.Http.GetAsync($"{Base}/instances/{id}?code={keys.SystemKey("durabletask_extension")}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await host.Durable.Http.DeleteAsync($"{Base}/instances/{id}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Get_RunningInstance_IsAcceptedAndSaysWhereToAskAgain()
    {
        var id = await host.WaitingAsync("the input");

        var answer = await host.SendAsync("GET", $"/instances/{id}");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location.ShouldBe(answer.RequestMessage!.RequestUri);
        answer.Headers.RetryAfter!.ToString().ShouldBe("5");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        var body = await JsonAsync(answer);
        body.Select(member => member.Key).ShouldBe(["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"]);
        body["name"]!.ToString().ShouldBe("WaitForGo");
        body["instanceId"]!.ToString().ShouldBe(id);
        body["runtimeStatus"]!.ToString().ShouldBe("Running");
        body["input"]!.ToString().ShouldBe("the input");
        body["output"].ShouldBeNull();
        body["createdTime"]!.ToString().ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        (await JsonAsync(await host.SendAsync("GET", $"/instances/{id}?showInput=false")))["input"].ShouldBeNull();
        (await JsonAsync(await host.SendAsync("GET", $"/instances/{id}?taskHub={host.Durable.Client.Name}&connection=durablestorage")))["name"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Get_EndedInstances_AreOkUnlessAFailureIsAskedToBeAnError()
    {
        var completed = await host.EndedAsync("Greet", "<é>");
        var failed = await host.EndedAsync("Break", null);
        var terminated = await host.WaitingAsync();
        (await host.SendAsync("POST", $"/instances/{terminated}/terminate?reason=enough")).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var answer = await host.SendAsync("GET", $"/instances/{completed}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Location.ShouldBeNull();
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("\"output\":\"Hello <é>\"");
        answer = await host.SendAsync("GET", $"/instances/{failed}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await JsonAsync(answer))["output"]!.ToString().ShouldBe("System.IO.InvalidDataException: broken");
        answer = await host.SendAsync("GET", $"/instances/{failed}?returnInternalServerErrorOnFailure=true");
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await JsonAsync(answer))["runtimeStatus"]!.ToString().ShouldBe("Failed");
        answer = await host.SendAsync("GET", $"/instances/{terminated}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await JsonAsync(answer))["output"]!.ToString().ShouldBe("enough");
    }

    [Fact]
    public async Task Get_WithHistory_TellsWhatHappenedInTheGenuineWords()
    {
        var id = await host.EndedAsync("Story", 3);

        var without = (JsonArray)(await JsonAsync(await host.SendAsync("GET", $"/instances/{id}?showHistory=true&showInput=false")))["historyEvents"]!;
        var with = (JsonArray)(await JsonAsync(await host.SendAsync("GET", $"/instances/{id}?showHistory=true&showHistoryOutput=true")))["historyEvents"]!;

        with.Select(e => e!["EventType"]!.ToString()).ShouldBe(
            ["ExecutionStarted", "TimerCreated", "TimerFired", "TaskCompleted", "TaskFailed", "SubOrchestrationInstanceCompleted", "ExecutionCompleted"]);
        with[0]!["FunctionName"]!.ToString().ShouldBe("Story");
        with[0]!["Input"]!.ToString().ShouldBe("3");
        with[1]!["FireAt"]!.ToString().ShouldBe(with[2]!["FireAt"]!.ToString());
        with[3]!["FunctionName"]!.ToString().ShouldBe("Echo");
        with[3]!["Result"]!.GetValue<int>().ShouldBe(3);
        with[3]!["ScheduledTime"]!.GetValue<DateTime>().ShouldBeLessThanOrEqualTo(with[3]!["Timestamp"]!.GetValue<DateTime>());
        with[4]!["FailureDetails"]!["ErrorMessage"]!.ToString().ShouldBe("broken");
        with[6]!["OrchestrationStatus"]!.ToString().ShouldBe("Completed");
        with[6]!["Result"]!.ToString().ShouldBe("told");
        without.ShouldAllBe(e => !((JsonObject)e!).ContainsKey("Result") && !((JsonObject)e).ContainsKey("Input"));
    }

    [Fact]
    public async Task RaiseEvent_ByWhatIsSent_IsAcceptedOrSaysWhyNot()
    {
        var id = await host.WaitingAsync();

        var answer = await host.SendAsync("POST", $"/instances/{id}/raiseEvent/go", "text", "text/plain");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("""{"Message":"Only application/json request content is supported"}""");
        answer = await host.SendAsync("POST", $"/instances/{id}/raiseEvent/go", "{ bad");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await JsonAsync(answer);
        problem["Message"]!.ToString().ShouldBe("Invalid JSON content");
        problem["ExceptionType"]!.ToString().ShouldBe("Newtonsoft.Json.JsonReaderException");
        problem.ContainsKey("StackTrace").ShouldBeFalse();
        await ShouldBeEmptyAsync(await host.SendAsync("POST", $"/instances/{id}/raiseEvent/go", "\"now\""), HttpStatusCode.Accepted);

        (await host.Durable.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("now");
        await ShouldBeEmptyAsync(await host.SendAsync("POST", $"/instances/{id}/raiseEvent/go", "1"), HttpStatusCode.Gone);
        await ShouldBeEmptyAsync(await host.SendAsync("POST", "/instances/nobody/raiseEvent/go", "1"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task InstanceOperations_OnEndedOrUnknownInstances_AreGoneOrNotFound()
    {
        var id = await host.EndedAsync("Greet", "Ann");

        foreach (var operation in (string[])["terminate", "suspend", "resume"])
        {
            await ShouldBeEmptyAsync(await host.SendAsync("POST", $"/instances/{id}/{operation}?reason=x"), HttpStatusCode.Gone);
            await ShouldBeEmptyAsync(await host.SendAsync("POST", $"/instances/nobody/{operation}?reason=x"), HttpStatusCode.NotFound);
        }

        var answer = await host.SendAsync("POST", $"/instances/{id}/rewind?reason=x");
        answer.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!.ToString()
            .ShouldBe("This orchestration has status Completed, but only orchestrations in the \"Failed\" state can be rewound.");
        answer = await host.SendAsync("POST", $"/instances/{await host.EndedAsync("Break", null)}/rewind?reason=x");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
        (await JsonAsync(answer))["ExceptionMessage"]!.ToString().ShouldContain("rewind");
        await ShouldBeEmptyAsync(await host.SendAsync("GET", "/instances/nobody"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Start_ByNameAndId_AnswersTheAddressesOfTheInstance()
    {
        var id = $"start-{Guid.NewGuid():N}";

        var answer = await host.SendAsync("POST", $"/orchestrators/WaitForGo/{id}", "\"in\"");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.RetryAfter!.ToString().ShouldBe("10");
        var body = await JsonAsync(answer);
        body.Select(member => member.Key).Order().ShouldBe(
            ["id", "purgeHistoryDeleteUri", "restartPostUri", "resumePostUri", "rewindPostUri", "sendEventPostUri", "statusQueryGetUri", "suspendPostUri", "terminatePostUri"]);
        body["id"]!.ToString().ShouldBe(id);
        answer.Headers.Location!.OriginalString.ShouldBe(body["statusQueryGetUri"]!.ToString());
        var query = $"taskHub={host.Durable.Client.Name}&connection=DurableStorage&code={host.Durable.Keys.SystemKey("durabletask_extension")}";
        var root = $"{host.Durable.Address.GetLeftPart(UriPartial.Authority)}{Base}/instances/{id}";
        body["statusQueryGetUri"]!.ToString().ShouldBe($"{root}?{query}");
        body["sendEventPostUri"]!.ToString().ShouldBe($"{root}/raiseEvent/{{eventName}}?{query}");
        body["terminatePostUri"]!.ToString().ShouldBe($"{root}/terminate?reason={{text}}&{query}");
        (await host.Durable.Http.GetAsync(answer.Headers.Location, Cancel)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        answer = await host.SendAsync("POST", $"/orchestrators/WaitForGo/{id}", "1");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("""{"Message":"An Orchestration instance with the status Running already exists."}""");
    }

    [Fact]
    public async Task Start_OddRequests_AnswerLikeTheGenuineExtension()
    {
        (await host.SendAsync("POST", "/orchestrators/Greet", "{ bad")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.SendAsync("POST", "/orchestrators/Greet/a%2Fb", "1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var unknown = await host.SendAsync("POST", "/orchestrators/NoSuch");
        unknown.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await host.Durable.EndOfAsync((await JsonAsync(unknown))["id"]!.ToString())).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);

        var waited = await host.SendAsync("POST", "/orchestrators/Greet?timeout=30&pollingInterval=1", "\"Bob\"");
        waited.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await waited.Content.ReadAsStringAsync(Cancel)).ShouldBe("\"Hello Bob\"");
        (await host.SendAsync("POST", "/orchestrators/WaitForGo?timeout=0.2&pollingInterval=0.1")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var failed = await host.SendAsync("POST", "/orchestrators/Break?timeout=30&pollingInterval=1");
        (await JsonAsync(failed))["runtimeStatus"]!.ToString().ShouldBe("Failed");
    }

    [Fact]
    public async Task Restart_EndedInstance_RunsItAgain()
    {
        var id = await host.EndedAsync("Greet", "Cleo");

        var same = await host.SendAsync("POST", $"/instances/{id}/restart?restartWithNewInstanceId=false");
        same.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await JsonAsync(same))["id"]!.ToString().ShouldBe(id);
        var other = (await JsonAsync(await host.SendAsync("POST", $"/instances/{id}/restart")))["id"]!.ToString();
        other.ShouldNotBe(id);
        (await host.Durable.EndOfAsync(other)).ReadOutputAs<string>().ShouldBe("Hello Cleo");
        (await host.SendAsync("POST", "/instances/nobody/restart")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.SendAsync("POST", $"/instances/{await host.WaitingAsync()}/restart?restartWithNewInstanceId=false")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task List_ByFilter_ShowsMatchesInTheOrderOfTheirIds()
    {
        var prefix = $"list-{Guid.NewGuid():N}-";
        foreach (var (name, suffix) in new[] { ("Greet", "b"), ("Greet", "a"), ("Break", "c") }) await host.EndedAsync(name, "x", prefix + suffix);

        async Task<string> ListAsync(string query)
        {
            var answer = await host.SendAsync("GET", $"/instances?instanceIdPrefix={prefix}{query}");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.Contains("x-ms-continuation-token").ShouldBeFalse();
            return string.Concat(((JsonArray)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!).Select(row => row!["instanceId"]!.ToString()[^1]));
        }

        (await ListAsync("")).ShouldBe("abc");
        (await ListAsync("&top=2")).ShouldBe("abc");
        (await ListAsync("&runtimeStatus=Failed")).ShouldBe("c");
        (await ListAsync("&runtimeStatus=Nope")).ShouldBe("abc");
        (await ListAsync("&runtimeStatus=Failed,Running")).ShouldBe("c");
        (await ListAsync("&createdTimeFrom=2999-01-01")).ShouldBe("");
    }

    [Fact]
    public async Task Delete_ById_RemovesWhatHasEnded()
    {
        var id = await host.EndedAsync("Greet", "Ann");

        var answer = await host.SendAsync("DELETE", $"/instances/{id}");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("""{"instancesDeleted":1}""");
        await ShouldBeEmptyAsync(await host.SendAsync("DELETE", $"/instances/{id}"), HttpStatusCode.NotFound);
        var running = await host.WaitingAsync();
        (await host.SendAsync("DELETE", $"/instances/{running}")).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await host.SendAsync("GET", $"/instances/{running}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Delete_ByFilter_NeverTouchesWhatRunsOrDoesNotMatch()
    {
        // A hub of its own: the others' instances must stay.
        await using var own = new Host(host.Azurite);
        await own.InitializeAsync();
        var running = await own.WaitingAsync();
        var completed = await own.EndedAsync("Greet", "Ann");
        var failed = await own.EndedAsync("Break", null);

        var missing = await own.SendAsync("DELETE", "/instances?runtimeStatus=Completed");
        missing.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(await missing.Content.ReadAsStringAsync(Cancel))!.ToString().ShouldBe("Please provide value for 'createdTimeFrom' parameter.");
        foreach (var query in (string[])["runtimeStatus=Running", "runtimeStatus=Nope", $"createdTimeTo={NoMatch}"])
            await ShouldBeEmptyAsync(await own.SendAsync("DELETE", $"/instances?createdTimeFrom=2000-01-01&{query}"), HttpStatusCode.NotFound);
        var answer = await own.SendAsync("DELETE", "/instances?createdTimeFrom=2000-01-01&runtimeStatus=Failed");
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("""{"instancesDeleted":1}""");
        (await own.SendAsync("GET", $"/instances/{failed}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer = await own.SendAsync("DELETE", "/instances?createdTimeFrom=2000-01-01");
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("""{"instancesDeleted":1}""");
        (await own.SendAsync("GET", $"/instances/{completed}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await own.SendAsync("GET", $"/instances/{running}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("GET", "/instances/{0}?taskHub=Other")]
    [InlineData("GET", "/instances/{0}?connection=Other")]
    [InlineData("PUT", "/instances/{0}")]
    [InlineData("HEAD", "/instances/{0}")]
    [InlineData("GET", "/instances/{0}/terminate")]
    [InlineData("POST", "/instances/{0}/nothing")]
    [InlineData("GET", "/orchestrators/Greet")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "")]
    [InlineData("GET", "/entities/Counter/one")]
    public async Task OtherHubsMethodsAndPaths_AreNotFound(string method, string path) =>
        await ShouldBeEmptyAsync(await host.SendAsync(method, string.Format(null, path, await host.WaitingAsync())), HttpStatusCode.NotFound);

    [Fact]
    public async Task Entities_List_IsEmpty()
    {
        var answer = await host.SendAsync("GET", "/entities");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldBe("[]");
        (await host.SendAsync("POST", "/entities/Counter/one?op=add", "1")).StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
    }

    [Fact]
    public async Task CheckStatusResponse_OfAFunction_AnswersTheAddressesAtTheHostOfTheRequest()
    {
        var answer = await host.Durable.Http.GetAsync("/api/begin/check-1", Cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        answer.Headers.RetryAfter.ShouldBeNull();
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        text.ShouldContain("\\u0026code=");
        var body = (JsonObject)JsonNode.Parse(text)!;
        body.Select(member => member.Key).Order().ShouldBe(
        [
            "Id", "PurgeHistoryDeleteUri", "RestartPostUri", "ResumePostUri", "RewindPostUri", "SendEventPostUri", "StatusQueryGetUri", "SuspendPostUri", "TerminatePostUri",
        ]);
        answer.Headers.Location!.OriginalString.ShouldBe(body["StatusQueryGetUri"]!.ToString());
        body["StatusQueryGetUri"]!.ToString().ShouldStartWith(host.Durable.Address.GetLeftPart(UriPartial.Authority));
        (await host.Durable.Http.GetAsync(answer.Headers.Location, Cancel)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await host.Durable.Http.GetAsync("/api/begin/check-2?status=299", Cancel)).StatusCode.ShouldBe((HttpStatusCode)299);
    }

    [Fact]
    public void ManagementPayload_WithoutARequest_NamesTheAddressesAtTheHostItself()
    {
        var payload = host.Durable.Client.CreateHttpManagementPayload("a b/c");

        var root = $"http://localhost:{host.Durable.Address.Port}{Base}/instances/a%20b%2Fc";
        var code = $"code={host.Durable.Keys.SystemKey("durabletask_extension")}";
        payload.Id.ShouldBe("a b/c");
        payload.StatusQueryGetUri.ShouldBe($"{root}?{code}");
        payload.PurgeHistoryDeleteUri.ShouldBe($"{root}?{code}");
        payload.SendEventPostUri.ShouldBe($"{root}/raiseEvent/{{eventName}}?{code}");
        payload.TerminatePostUri.ShouldBe($"{root}/terminate?reason={{{{text}}}}&{code}");
        payload.SuspendPostUri.ShouldBe($"{root}/suspend?reason={{{{text}}}}&{code}");
        payload.ResumePostUri.ShouldBe($"{root}/resume?reason={{{{text}}}}&{code}");
        payload.RewindPostUri.ShouldBeNull();
        payload.RestartPostUri.ShouldBeNull();
        Should.Throw<ArgumentException>(() => host.Durable.Client.CreateHttpManagementPayload("")).Message.ShouldStartWith("InstanceId cannot be null or empty.");
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) => (JsonObject)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;

    private static async Task ShouldBeEmptyAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        answer.StatusCode.ShouldBe(status, answer.RequestMessage!.RequestUri!.PathAndQuery);
        (await answer.Content.ReadAsByteArrayAsync(Cancel)).ShouldBeEmpty();
    }

    /// <summary>One host for all tests of the class; each works on instances of its own.</summary>
    public sealed class Host(AzuriteFixture azurite) : IAsyncLifetime
    {
        private DurableTestHost? _durable;

        internal AzuriteFixture Azurite => azurite;

        internal DurableTestHost Durable => _durable!;

        public async ValueTask InitializeAsync() => _durable = await DurableTestHost.StartAsync(azurite.ConnectionString, typeof(ManagementSamples));

        public ValueTask DisposeAsync() => Durable.DisposeAsync();

        internal Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string type = "application/json")
        {
            var request = new HttpRequestMessage(new HttpMethod(method), Base + path);
            request.Headers.Add("x-functions-key", Durable.Keys.SystemKey(ManagementLinks.SystemKey));
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, type);
            return Durable.Http.SendAsync(request, Cancel);
        }

        internal async Task<string> WaitingAsync(object? input = null)
        {
            var id = await Durable.Client.ScheduleNewOrchestrationInstanceAsync("WaitForGo", input, Cancel);
            await Durable.Client.WaitForInstanceStartAsync(id, Cancel);
            return id;
        }

        internal async Task<string> EndedAsync(string name, object? input, string? id = null)
        {
            id = await Durable.Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), Cancel);
            await Durable.EndOfAsync(id);
            return id;
        }
    }
}

/// <summary>Functions that the tests of the management addresses manage.</summary>
public static class ManagementSamples
{
    [Function(nameof(WaitForGo))]
    public static Task<string> WaitForGo([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<string>("go");

    [Function(nameof(Begin))]
    public static async Task<HttpResponseData> Begin(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "begin/{id}")] HttpRequestData request, string id, int? status, [DurableClient] DurableTaskClient client)
    {
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(WaitForGo), new StartOrchestrationOptions(id));
        return status is null
            ? await client.CreateCheckStatusResponseAsync(request, id)
            : await client.CreateCheckStatusResponseAsync(request, id, (HttpStatusCode)status);
    }

    [Function("Greet")]
    public static Task<string> GreetAlone([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult($"Hello {context.GetInput<string>()}");

    [Function("Break")]
    public static Task BreakAlone([OrchestrationTrigger] TaskOrchestrationContext context) => throw new InvalidDataException("broken");

    [Function(nameof(Story))]
    public static async Task<string> Story([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        await context.CallActivityAsync<int>(nameof(Echo), 3);
        try
        {
            await context.CallActivityAsync(nameof(Bad), "x");
        }
        catch (TaskFailedException)
        {
            // It is there to fail.
        }

        await context.CallSubOrchestratorAsync<string>("Greet", "child");
        return "told";
    }

    [Function(nameof(Echo))]
    public static int Echo([ActivityTrigger] int number) => number;

    [Function(nameof(Bad))]
    public static void Bad([ActivityTrigger] string text) => throw new InvalidDataException("broken");
}
