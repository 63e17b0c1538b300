using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

/// <summary>What the conformance kit cannot see: consent, stolen tokens, what becomes of endpoints and references, restarts.</summary>
public sealed class MoovilaTests
{
    private const string Verifier = "a-verifier-of-at-least-forty-three-characters";
    private const string Back = "http://localhost/callback";

    private static readonly string Authorize =
        $"/moovila/oauth/authorize?response_type=code&client_id=sync-functions&redirect_uri={Uri.EscapeDataString(Back)}&scope=read%20write&state=a%26b&code_challenge={Challenge(Verifier)}&code_challenge_method=S256";

    [Fact]
    public async Task Consent_WithPkce_LeadsToTokens()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", Authorize)).Text.ShouldContain("Approve");
        var tokens = await ExchangeAsync(vendors, await CodeAsync(vendors));
        tokens.Status.ShouldBe(HttpStatusCode.OK, tokens.Text);
        tokens.Headers["Cache-Control"].ShouldBe("no-store");
        var account = await vendors.Moovila("GET", "account", token: tokens["access_token"].GetString()!);
        account["rights"].EnumerateArray().Select(right => right.GetString()).ShouldBe(["read", "write"]);
    }

    [Fact]
    public async Task Consent_Declined_BringsTheStateBack()
    {
        await using var vendors = await Vendors.StartAsync();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("decision", "deny")]);
        var answer = QueryHelpers.ParseQuery(new Uri((await vendors.Send("POST", Authorize, form)).Location!).Query);
        answer["error"].ToString().ShouldBe("access_denied");
        answer["state"].ToString().ShouldBe("a&b");
        answer.ShouldNotContainKey("code");
    }

    [Theory]
    [InlineData("code_challenge_method=S256", "code_challenge_method=plain")]
    [InlineData("response_type=code", "response_type=token")]
    [InlineData("client_id=sync-functions", "client_id=other")]
    [InlineData("state=a%26b", "state=")]
    [InlineData("scope=read%20write", "scope=everything")]
    public async Task Consent_AskedForWrongly_IsRefusedWithoutARedirect(string right, string wrong)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", Authorize.Replace(right, wrong))).Status.ShouldBe(HttpStatusCode.BadRequest);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("decision", "approve")]);
        (await vendors.Send("POST", Authorize.Replace(right, wrong), form)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Code_WithAnotherVerifierOrAddress_IsRefused()
    {
        await using var vendors = await Vendors.StartAsync();
        var code = await CodeAsync(vendors);
        (await ExchangeAsync(vendors, code, verifier: "another-verifier-of-forty-three-characters-xx"))["error"].GetString().ShouldBe("invalid_grant");
        (await ExchangeAsync(vendors, code, back: "http://localhost/elsewhere"))["error"].GetString().ShouldBe("invalid_grant");
        (await ExchangeAsync(vendors, code)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Code_UsedTwice_EndsTheTokensThatItGave()
    {
        await using var vendors = await Vendors.StartAsync();
        var code = await CodeAsync(vendors);
        var access = (await ExchangeAsync(vendors, code))["access_token"].GetString()!;
        (await ExchangeAsync(vendors, code))["error"].GetString().ShouldBe("invalid_grant");
        (await vendors.Moovila("GET", "account", token: access)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task OrdinaryUser_MayReadAndIsToldWhichRightIsMissing()
    {
        await using var vendors = await Vendors.StartAsync();
        var refused = await vendors.Moovila("POST", "customers", new { name = "x" }, $"{Vendors.MoovilaToken}-member");
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused["type"].GetString().ShouldBe("urn:problem-type:partner:right-missing");
        refused["detail"].GetString().ShouldNotBeNull().ShouldContain("'write'");
        (await vendors.Moovila("GET", "customers", token: $"{Vendors.MoovilaToken}-member")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task MinuteLimit_UsedUp_Is429UntilTheMinuteIsOver()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Sim("PUT", "moovila", "settings", new { minuteLimit = 2 });
        (await vendors.Moovila("GET", "account")).Headers["RateLimit-Remaining"].ShouldBe("1");
        await vendors.Moovila("GET", "account");
        var refused = await vendors.Moovila("GET", "account");
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers["Retry-After"].ShouldBe("60");
        clock.Advance(TimeSpan.FromMinutes(1));
        (await vendors.Moovila("GET", "account")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task DeletedCustomer_LeavesItsProjects_WhoseVersionsChange()
    {
        await using var vendors = await Vendors.StartAsync();
        var customer = (await vendors.Moovila("POST", "customers", new { name = "Acme" }))["id"].GetString();
        var project = await vendors.Moovila("POST", "projects", new { title = "Hall", customerId = customer });
        (await vendors.Moovila("DELETE", $"customers/{customer}")).Status.ShouldBe(HttpStatusCode.NoContent);
        var now = await vendors.Moovila("GET", $"projects/{project["id"]}");
        now["customerId"].ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        now["version"].GetString().ShouldNotBe(project["version"].GetString());
    }

    [Fact]
    public async Task Phases_AreInOrder_AndTasksStayInTheirProject()
    {
        await using var vendors = await Vendors.StartAsync();
        var (hall, shed) = (await AddAsync(vendors, "projects", new { title = "Hall" }), await AddAsync(vendors, "projects", new { title = "Shed" }));
        (await vendors.Moovila("POST", "phases", new { name = "One", projectId = hall }))["position"].GetDecimal().ShouldBe(1);
        var second = await vendors.Moovila("POST", "phases", new { name = "Two", projectId = hall });
        second["position"].GetDecimal().ShouldBe(2);
        var refused = await vendors.Moovila("POST", "tasks", new { title = "Draw", projectId = shed, phaseId = second["id"].GetString() });
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused["errors"][0].GetProperty("pointer").GetString().ShouldBe("#/phaseId");
    }

    [Fact]
    public async Task Record_ThatReadsDoNotShowYet_IsNotSaidToBeDeleted()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Sim("PUT", "moovila", "settings", new { readLagMs = 1000 });
        var id = await AddAsync(vendors, "customers", new { name = "Acme" });
        (await vendors.Moovila("GET", $"customers/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await vendors.Moovila("GET", $"customers/{id}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(410, 1, "410")]
    [InlineData(500, 10, "three days")]
    public async Task Endpoint_ThatIsGoneOrNeverAnswers_IsSwitchedOff(int status, int attempts, string because)
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Sim("PUT", "moovila", "webhooks", new { waitFactor = 0 });
        // A path of another vendor that always fails stands for a subscriber.
        await vendors.Sim("PUT", "tinyplus", "faults", new[] { new { match = "POST /hook", kind = $"{status}" } });
        var made = await vendors.Moovila("POST", "webhook-endpoints", new { url = new Uri(vendors.Http.BaseAddress!, "tinyplus/hook").AbsoluteUri });
        await AddAsync(vendors, "customers", new { name = "Acme" });

        var endpoint = await EventuallyAsync(() => vendors.Moovila("GET", $"webhook-endpoints/{made["id"]}"), answer => !answer["enabled"].GetBoolean());
        endpoint["disabledBecause"].GetString().ShouldNotBeNull().ShouldContain(because);
        (await vendors.Sim("GET", "moovila", "webhooks"))["attempts"].GetArrayLength().ShouldBe(attempts);
    }

    [Fact]
    public async Task Restart_KeepsRecordsEndpointsAndWhatWasUsed()
    {
        var folder = Directory.CreateTempSubdirectory("moovila").FullName;
        try
        {
            string id, refresh;
            await using (var vendors = await Vendors.StartAsync(data: folder))
            {
                var (user, project) = (await AddAsync(vendors, "users", new { lastName = "Ada" }), await AddAsync(vendors, "projects", new { title = "Hall" }));
                var task = await AddAsync(vendors, "tasks", new { title = "Draw", projectId = project });
                id = await AddAsync(vendors, "assignments", new { taskId = task, userId = user, startsAt = "2026-01-31T09:00:00+01:00" });
                refresh = (await ExchangeAsync(vendors, await CodeAsync(vendors)))["refresh_token"].GetString()!;
            }

            await using var again = await Vendors.StartAsync(data: folder);
            (await again.Moovila("GET", $"assignments/{id}"))["startsAt"].GetDateTimeOffset().ShouldBe(new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero));
            (await TokenAsync(again, ("grant_type", "refresh_token"), ("refresh_token", refresh))).Status.ShouldBe(HttpStatusCode.OK);
            (await again.Moovila("GET", "assignments/asg_01J0000000000000")).Status.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Contract_IsServed()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.Send("GET", "/moovila/partner-api.yaml")).Text.ShouldStartWith("openapi: 3.1.0");
    }

    private static async Task<string> AddAsync(Vendors vendors, string kind, object fields)
    {
        var answer = await vendors.Moovila("POST", kind, fields);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer["id"].GetString()!;
    }

    private static async Task<string> CodeAsync(Vendors vendors)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("decision", "approve")]);
        return QueryHelpers.ParseQuery(new Uri((await vendors.Send("POST", Authorize, form)).Location.ShouldNotBeNull()).Query)["code"].ToString();
    }

    private static Task<Answer> ExchangeAsync(Vendors vendors, string code, string verifier = Verifier, string back = Back) =>
        TokenAsync(vendors, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back), ("code_verifier", verifier));

    private static async Task<Answer> TokenAsync(Vendors vendors, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(
            [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("client_id", "sync-functions"), new("client_secret", "sync-functions-secret")]);
        return await vendors.Send("POST", "/moovila/oauth/token", form);
    }

    private static async Task<Answer> EventuallyAsync(Func<Task<Answer>> ask, Func<Answer, bool> good)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await ask();
            if (good(answer))
                return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    private static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
