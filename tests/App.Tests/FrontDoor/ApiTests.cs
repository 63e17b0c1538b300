using System.Text;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class ApiTests(FrontDoorStack door)
{
    private const string Problem = "application/problem+json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SecondRun_WhileOneRuns_IsRefusedWithSinceWhenAndWhy()
    {
        await using var practice = await door.ConnectedAsync();
        await practice.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, 60).Select(number => new { name = $"Company {number}" }));
        var run = (await practice.PostAsync("/sync", new { mode = "import" })).GetProperty("runId").GetString()!;

        var second = await practice.AnswerAsync(HttpMethod.Post, "/sync", new { mode = "import" });

        (second.Status, second.MediaType).ShouldBe((409, Problem));
        second.Json.GetProperty("type").GetString().ShouldBe("/api/problems/flow-busy");
        second.Json.GetProperty("since").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);
        second.Json.GetProperty("why").GetString()!.ShouldContain("import run (manual)");
        await practice.EndedAsync(run);
    }

    [Fact]
    public async Task WhatDoesNotExistOrIsAnotherTenants_IsNotFound()
    {
        await using var practice = await door.ConnectedAsync();
        var stack = await door.StackAsync();
        await stack.ManageAsync(HttpMethod.Post, "tenants", new { id = $"{practice.Tenant}-2", name = "Another" }, Cancellation);
        string[] unknown =
        [
            "tenants/nobody",
            "tenants/Not%20an%20id",
            $"tenants/{practice.Tenant}/flows/none",
            $"tenants/{practice.Tenant}/connections/none",
            $"tenants/{practice.Tenant}-2/flows/flow",
            $"tenants/{practice.Tenant}-2/flows/flow/status",
            $"tenants/{practice.Tenant}-2/flows/flow/links?kind=company",
            $"tenants/{practice.Tenant}-2/connections/left",
            $"tenants/{practice.Tenant}/flows/flow/runs/none",
        ];

        foreach (var path in unknown)
        {
            var answer = await stack.ManageAsync(HttpMethod.Get, path, null, Cancellation);
            (answer.Status, answer.MediaType).ShouldBe((404, Problem), path);
            answer.Json.GetProperty("type").GetString().ShouldBe("/api/problems/not-found", path);
        }
    }

    [Fact]
    public async Task Request_WithoutItsKey_IsRefused()
    {
        var stack = await door.StackAsync();
        foreach (var key in new[] { null, "", "wrong", stack.Keys[0][..^1] })
        {
            (await stack.SendAsync(HttpMethod.Get, "api/manage/v1/tenants", null, key, Cancellation)).Status.ShouldBe(401, key);
            (await stack.SendAsync(HttpMethod.Post, "api/manage/v1/tenants", JsonText.Content(new { id = "stolen", name = "Stolen" }), key, Cancellation)).Status.ShouldBe(401, key);
        }

        (await stack.ManageAsync(HttpMethod.Get, "tenants/stolen", null, Cancellation)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Body_ThatIsNotAsItMustBe_IsRefusedWithThePlace()
    {
        var stack = await door.StackAsync();
        (string Body, string Pointer)[] bad =
        [
            ("", "#"),
            ("{", "#"),
            ("[]", "#"),
            ("""{"name": 7}""", "#/name"),
            ("""{"name": "x", "colour": "blue"}""", "#/colour"),
            ("""{"id": "Not an id", "name": "x"}""", "#/id"),
            ("{}", "#/name"),
        ];

        foreach (var (body, pointer) in bad)
        {
            var answer = await SendAsync(stack, body, "application/json");
            (answer.Status, answer.MediaType).ShouldBe((400, Problem), body);
            answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer, body);
        }

        (await SendAsync(stack, """{"name": "x"}""", "text/plain")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Body_ThatIsTooLarge_IsRefused()
    {
        var stack = await door.StackAsync();

        var answer = await SendAsync(stack, $$"""{"name": "{{new string('x', 1100 * 1024)}}"}""", "application/json");

        (answer.Status, answer.MediaType).ShouldBe((413, Problem));
        answer.Json.GetProperty("type").GetString().ShouldBe("/api/problems/body-too-large");
    }

    private static Task<ApiAnswer> SendAsync(AppStack stack, string body, string mediaType) =>
        stack.SendAsync(HttpMethod.Post, "api/manage/v1/tenants", new StringContent(body, Encoding.UTF8, mediaType), stack.Keys[0], Cancellation);
}
