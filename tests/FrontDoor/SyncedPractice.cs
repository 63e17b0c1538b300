using System.Text.Json;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tests.FrontDoor;

/// <summary>A tenant of its own with an account at each vendor and a flow between them: all that a test changes is its own.</summary>
public sealed class SyncedPractice : IAsyncDisposable
{
    /// <summary>Lists that a poll asks each side for.</summary>
    private const int CallsOfAPoll = 4;

    private readonly AppStack _stack;
    private readonly HttpClient[] _vendors;

    private SyncedPractice(AppStack stack, string tenant, params IEnumerable<string> systems)
    {
        (_stack, Tenant) = (stack, tenant);
        _vendors = [.. systems.Select(vendor => new HttpClient { BaseAddress = new Uri(stack.Vendors, $"{vendor}/_sim/") })];
        Left = new CustomerAccount(_vendors[0], tenant, StoryAsync);
        Right = new CustomerAccount(_vendors[1], tenant, StoryAsync);
    }

    public string Tenant { get; }

    public CustomerAccount Left { get; }

    public CustomerAccount Right { get; }

    public CustomerAccount Synergy => Left;

    public CustomerAccount TinyPlus => Right;

    public string SynergyToken => $"synergy-static-key.{Tenant}";

    public string TinyPlusToken => $"tinyplus-long-life-token.{Tenant}";

    private string FlowPath => $"tenants/{Tenant}/flows/flow";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Connected on both sides, with a flow that is switched off and has not gone live.</summary>
    public static async Task<SyncedPractice> ConnectedAsync(AppStack stack, object? settings = null, string plan = "premium")
    {
        var practice = await OpenedAsync(stack, samples: false, "synergy", "tinyplus");
        await practice.ManageAsync(HttpMethod.Post, $"tenants/{practice.Tenant}/connections", new { id = "left", system = "synergy", token = practice.SynergyToken, settings = new { plan } });
        await practice.ManageAsync(HttpMethod.Post, $"tenants/{practice.Tenant}/connections", new { id = "right", system = "tinyplus", token = practice.TinyPlusToken });
        await practice.ManageAsync(HttpMethod.Post, $"tenants/{practice.Tenant}/flows", new { id = "flow", pair = "synergy-tinyplus", left = "left", right = "right", settings });
        return practice;
    }

    /// <summary>A managed-service provider with ConnectWise and Moovila connected; changes are asked for every second, and projects do not cool down.</summary>
    /// <param name="samples">Whether its accounts hold the sample records.</param>
    public static async Task<SyncedPractice> ProviderAsync(AppStack stack, bool samples)
    {
        var provider = await OpenedAsync(stack, samples, "connectwise", "moovila");
        var connections = $"tenants/{provider.Tenant}/connections";
        await provider.ManageAsync(HttpMethod.Post, connections, new { id = "left", system = "connectwise", settings = new { companyId = provider.Tenant } });
        await provider.ManageAsync(HttpMethod.Put, $"{connections}/left/token", new { publicKey = "connectwise-public-key", privateKey = "connectwise-private-key" });
        await provider.ManageAsync(HttpMethod.Post, connections, new { id = "right", system = "moovila", token = $"moovila-static-token.{provider.Tenant}" });
        var flow = new { id = "flow", pair = "connectwise-moovila", left = "left", right = "right", pollEverySeconds = 1, settings = new { coolDown = "00:00:00" } };
        await provider.ManageAsync(HttpMethod.Post, $"tenants/{provider.Tenant}/flows", flow);
        return provider;
    }

    /// <summary>A provider with the sample projects of ConnectWise, imported into Moovila.</summary>
    public static async Task<SyncedPractice> ImportedAsync(AppStack stack)
    {
        var provider = await ProviderAsync(stack, samples: true);
        var run = await provider.RunAsync("import");
        run.GetProperty("outcome").GetString().ShouldBe("succeeded", run.ToString());
        await Eventually.HoldsAsync(
            async () => (await provider.Left.AllAsync("callbacks")).Count > 0 && (await provider.Right.AllAsync("webhookEndpoints")).Count > 0 ? null : "The vendors know of no webhooks.",
            story: provider.StoryAsync);
        return provider;
    }

    /// <summary>Connected and live: everything made from now on is new.</summary>
    public static async Task<SyncedPractice> LiveAsync(AppStack stack, object? settings = null, string plan = "premium")
    {
        var practice = await ConnectedAsync(stack, settings, plan);
        await practice.GoLiveAsync();
        return practice;
    }

    private static async Task<SyncedPractice> OpenedAsync(AppStack stack, bool samples, string left, string right)
    {
        var practice = new SyncedPractice(stack, $"t{Guid.NewGuid():N}"[..12], left, right);
        foreach (var vendor in practice._vendors)
        {
            using var added = await vendor.PostAsync("accounts", JsonText.Content(new { slug = practice.Tenant, seed = samples }), Cancellation);
            added.EnsureSuccessStatusCode();
        }

        await practice.ManageAsync(HttpMethod.Post, "tenants", new { id = practice.Tenant, name = "Practice" });
        return practice;
    }

    /// <summary>Switches the flow on and waits until it has taken note of what is there.</summary>
    public async Task GoLiveAsync()
    {
        await PatchAsync(new { enabled = true });
        await Eventually.HoldsAsync(
            async () => (await GetAsync("")).GetProperty("wentLiveAt").ValueKind == JsonValueKind.Null ? "The flow is not live." : null, story: StoryAsync);
    }

    /// <param name="path">Below the flow, with its slash or question mark.</param>
    public Task<JsonElement> GetAsync(string path) => ManageAsync(HttpMethod.Get, FlowPath + path, null);

    public Task<JsonElement> PostAsync(string path, object body) => ManageAsync(HttpMethod.Post, FlowPath + path, body);

    public Task<JsonElement> DeleteAsync(string path) => ManageAsync(HttpMethod.Delete, FlowPath + path, null);

    public Task<JsonElement> PutAsync(string path, object body) => ManageAsync(HttpMethod.Put, FlowPath + path, body);

    /// <summary>Changes the flow.</summary>
    public Task<JsonElement> PatchAsync(object body) => ManageAsync(HttpMethod.Patch, FlowPath, body);

    public Task<JsonElement> ChooseAsync(object settings) => PatchAsync(new { settings });

    /// <summary>Whatever is answered, problems too.</summary>
    public Task<ApiAnswer> AnswerAsync(HttpMethod method, string path, object? body = null) => _stack.ManageAsync(method, FlowPath + path, body, Cancellation);

    public async Task<IReadOnlyList<JsonElement>> ItemsAsync(string path) => [.. (await GetAsync(path)).GetProperty("items").EnumerateArray()];

    /// <summary>The integration log's lines of a code, the newest first.</summary>
    public Task<IReadOnlyList<JsonElement>> LogAsync(string code) => ItemsAsync($"/log?limit=1000&code={code}");

    /// <summary>Waits for a line in the integration log.</summary>
    public async Task<JsonElement> LoggedAsync(string code, object values, TimeSpan? patience = null)
    {
        var (lines, expected) = ((IReadOnlyList<JsonElement>)[], JsonText.Of(values));
        await Eventually.HoldsAsync(
            async () => (lines = [.. (await LogAsync(code)).Where(line => JsonText.Shows(line, expected))]).Count > 0 ? null : $"The log has no {code} with {expected}.",
            patience,
            StoryAsync);
        return lines[0];
    }

    /// <summary>The ids of the right records that a left record is linked with.</summary>
    public async Task<IReadOnlyList<string>> LinkedWithAsync(string kind, VendorRecord left) =>
        [.. (await ItemsAsync($"/links?kind={kind}&leftId={left.Id}")).Where(link => link.GetProperty("state").ToString() == "active").Select(link => link.GetProperty("rightId").ToString())];

    /// <summary>Starts a run by hand, as soon as nothing else runs, and waits for its end.</summary>
    /// <returns>The run as the app shows it.</returns>
    public async Task<JsonElement> RunAsync(string mode, TimeSpan? patience = null)
    {
        string run = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var answer = await AnswerAsync(HttpMethod.Post, "/sync", new { mode });
                if (answer.Status == 409) return answer.Text;
                run = answer.Require().GetProperty("runId").GetString()!;
                return null;
            },
            story: StoryAsync);
        return await EndedAsync(run, patience);
    }

    /// <summary>Waits for the end of a run.</summary>
    public async Task<JsonElement> EndedAsync(string run, TimeSpan? patience = null)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(
            async () => (found = await GetAsync($"/runs/{run}")).GetProperty("endedAt").ValueKind == JsonValueKind.Null ? $"The run has not ended: {found}" : null, patience, StoryAsync);
        return found;
    }

    /// <summary>Waits until both sides were asked for changes so often.</summary>
    public async Task PolledAsync(int times = 2)
    {
        var (left, right) = (await Synergy.CallsAsync(), await TinyPlus.CallsAsync());
        await Eventually.HoldsAsync(
            async () => await Synergy.CallsAsync() >= left + (times * CallsOfAPoll) && await TinyPlus.CallsAsync() >= right + (times * CallsOfAPoll) ? null : "The flow is not polled.",
            story: StoryAsync);
    }

    /// <summary>Waits until the app has nothing left to do: nothing runs, no work waits, and polls in a row leave both accounts as they are.</summary>
    public Task QuietAsync(TimeSpan? patience = null) => Eventually.HoldsAsync(
        async () =>
        {
            var before = await SnapshotAsync();
            await PolledAsync();
            var status = await GetAsync("/status");
            if (status.GetProperty("status").ToString() != "idle" || status.GetProperty("work").EnumerateObject().Any()) return $"The flow is busy: {status}";
            return await SnapshotAsync() == before ? null : "Records are still being written.";
        },
        patience,
        StoryAsync);

    /// <summary>Waits until a record is deleted.</summary>
    public Task GoneAsync(CustomerAccount account, VendorRecord record) => Eventually.HoldsAsync(
        async () => (await account.AllAsync(record.Kind)).Any(other => other.Id == record.Id) ? $"{record.Kind} {record.Id} is still there." : null, story: StoryAsync);

    public async Task<string> SnapshotAsync() => $"{await Synergy.SnapshotAsync()}{Environment.NewLine}{await TinyPlus.SnapshotAsync()}";

    public async ValueTask DisposeAsync()
    {
        // Nothing more to do for this one, so that the others have the machine.
        await _stack.ManageAsync(HttpMethod.Patch, FlowPath, new { enabled = false }, CancellationToken.None);
        foreach (var vendor in _vendors) vendor.Dispose();
    }

    private async Task<JsonElement> ManageAsync(HttpMethod method, string path, object? body) => (await _stack.ManageAsync(method, path, body, Cancellation)).Require();

    private async Task<string> StoryAsync()
    {
        var log = await ItemsAsync("/log?limit=20");
        var lines = log.Select(line => $"{line.GetProperty("at")} {line.GetProperty("code")} {line.GetProperty("kind")} {line.GetProperty("label")}: {line.GetProperty("text")}");
        return string.Join(
            Environment.NewLine,
            [$"Status: {await GetAsync("/status")}", "Runs:", .. await ItemsAsync("/runs?limit=5"), "Work:", .. await ItemsAsync("/work?limit=10"), "Log:", .. lines]);
    }
}
