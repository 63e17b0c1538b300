using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>The flow between the two vendors as its administrator sees it. The app may be dead at any moment: then the call is made again.</summary>
internal sealed class WalkedFlow(ManagementApi api, StateFile stack)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>So many looks in a row must find nothing to do: a poll may be about to begin.</summary>
    private const int CalmLooks = 5;

    private string Address => $"tenants/{stack.Tenant ?? "demo"}/flows/{stack.Flow ?? "demo"}";

    public async Task UntilLiveAsync(CancellationToken cancellation)
    {
        while (!(await GetAsync($"{Address}/status", cancellation)).TryGetProperty("wentLiveAt", out var live) || live.ValueKind != JsonValueKind.String)
            await Task.Delay(Pause, cancellation);
    }

    public Task SetWindowAsync(TimeSpan window, CancellationToken cancellation) =>
        AgainAsync(() => api.PatchAsync(Address, new JsonObject { ["settings"] = new JsonObject { ["lockWindow"] = window.ToString("c") } }, cancellation), cancellation);

    public Task<List<JsonElement>> LinksAsync(WalkedKind kind, CancellationToken cancellation) => ListAsync($"links?kind={kind.Name}", cancellation);

    public Task<List<JsonElement>> ConflictsAsync(CancellationToken cancellation) => ListAsync("log?code=conflict", cancellation);

    public async Task<bool> UnlinkAsync(WalkedKind kind, string link, CancellationToken cancellation)
    {
        try
        {
            await AgainAsync(() => api.DeleteAsync($"{Address}/links/{kind.Name}/{link}", cancellation), cancellation);
            return true;
        }
        catch (ManagementException)
        {
            // Written at this moment, or gone already.
            return false;
        }
    }

    /// <summary>Waits until nothing is left to do, then two comprehensive runs, which have to come to rest as well.</summary>
    /// <returns>How many rows of the work list wait for something that will not come.</returns>
    public async Task<int> ComeToRestAsync(CancellationToken cancellation)
    {
        await RestAsync(cancellation);
        for (var i = 0; i < 2; i++)
        {
            await AgainAsync(() => api.PostAsync($"{Address}/sync", new JsonObject { ["mode"] = "comprehensive" }, cancellation), cancellation);
            await RestAsync(cancellation);
        }

        return (await ListAsync("work", cancellation)).Count;
    }

    private async Task RestAsync(CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + Patience;
        for (var calm = 0; calm < CalmLooks; await Task.Delay(Pause, cancellation))
        {
            var work = await ListAsync("work", cancellation);
            var open = work.Where(item => item.GetProperty("reason").GetString() is not ("parked" or "dead")).ToList();
            var status = await GetAsync($"{Address}/status", cancellation);
            calm = open.Count == 0 && status.GetProperty("status").GetString() == "idle" ? calm + 1 : 0;
            if (DateTimeOffset.UtcNow > until) throw new UpFailure($"The flow does not come to rest: {status.GetProperty("status")}, {open.Count} records are still to be done, one is {open.FirstOrDefault()}.");
        }
    }

    private async Task<List<JsonElement>> ListAsync(string path, CancellationToken cancellation)
    {
        var items = new List<JsonElement>();
        string? after = null;
        do
        {
            var page = await GetAsync($"{Address}/{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200{(after is null ? "" : $"&continuation={Uri.EscapeDataString(after)}")}", cancellation);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.TryGetProperty("continuation", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return items;
    }

    private Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => AgainAsync(() => api.GetAsync(path, cancellation), cancellation);

    private static async Task<JsonElement> AgainAsync(Func<Task<JsonElement>> call, CancellationToken cancellation)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; ; await Task.Delay(Pause, cancellation))
        {
            try
            {
                return await call();
            }
            catch (HttpRequestException) when (DateTimeOffset.UtcNow < until)
            {
                // It is being started again.
            }
            catch (ManagementException busy) when (busy.Status is HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable && DateTimeOffset.UtcNow < until)
            {
                // Something else runs: ask again.
            }
        }
    }
}
