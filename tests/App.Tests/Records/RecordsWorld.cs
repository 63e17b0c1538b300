using SyncFunctions.App.Manage;
using SyncFunctions.App.Records;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Tests.Records;

/// <summary>A live flow to which another system posts records.</summary>
internal sealed class RecordsWorld : IAsyncDisposable
{
    private RecordsWorld(FlowWorld flow) => Flow = flow;

    public FlowWorld Flow { get; }

    public string Key { get; set; } = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Switched on for the tenant and the flow.</summary>
    public static async Task<RecordsWorld> OpenAsync(FlowSettings? settings = null, params (string Name, string Value)[] app)
    {
        var world = new RecordsWorld(await FlowWorld.LiveAsync(settings, app));
        await world.SwitchTenantAsync(on: true);
        world.Key = await world.RotateAsync();
        return world;
    }

    public Task<Answer> SwitchTenantAsync(bool on)
    {
        var request = Flow.Http.Request("PATCH", body: new { recordsApi = on });
        return HttpWorld.ExecuteAsync(request, Flow.Http.Function<PatchTenant>().Run(request, FlowWorld.Key.Tenant.Value, Cancel));
    }

    public async Task<string> RotateAsync()
    {
        var request = Flow.Http.Request("POST");
        var answer = await HttpWorld.ExecuteAsync(request, Flow.Http.Function<RotateRecordsKey>().Run(request, FlowWorld.Key.Tenant.Value, FlowWorld.Key.Flow.Value, Cancel));
        answer.Status.ShouldBe(201, answer.Body);
        answer.Json.GetProperty("url").GetString().ShouldBe("https://sync.example/api/flows/main/records");
        return answer.Json.GetProperty("key").GetString()!;
    }

    public Task<Answer> RevokeAsync()
    {
        var request = Flow.Http.Request("DELETE");
        return HttpWorld.ExecuteAsync(request, Flow.Http.Function<EndRecordsApi>().Run(request, FlowWorld.Key.Tenant.Value, FlowWorld.Key.Flow.Value, Cancel));
    }

    public async Task<Answer> PostAsync(object body, string? idempotencyKey = null, string? key = null, string? flow = null, bool bearer = false)
    {
        var request = Flow.Http.Request("POST", body: body);
        if (bearer) request.Headers.Authorization = $"Bearer {key ?? Key}";
        else request.Headers[RecordsGate.Header] = key ?? Key;
        if (idempotencyKey is not null) request.Headers["Idempotency-Key"] = idempotencyKey;
        return await HttpWorld.ExecuteAsync(request, Flow.Http.Function<PostRecord>().Run(request, flow ?? FlowWorld.Key.Flow.Value, Cancel));
    }

    /// <summary>The result, with the codes of its reasons.</summary>
    public async Task<string> ResultAsync(object body, string? idempotencyKey = null)
    {
        var answer = await PostAsync(body, idempotencyKey);
        answer.Status.ShouldBe(200, answer.Body);
        return string.Join(' ', answer.Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("code").GetString()).Prepend(answer.Json.GetProperty("result").GetString()));
    }

    public ValueTask DisposeAsync() => Flow.DisposeAsync();
}
