using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>The setup wizard of the demonstration flow, as an administrator would click through it.</summary>
public sealed class Wizard(ManagementApi api)
{
    /// <summary>Matches the team as suggested, and maps the stages.</summary>
    public async Task PrepareAsync(IEnumerable<(string Left, string Right)> stages, CancellationToken cancellation)
    {
        var team = await api.GetAsync($"{DemoTenant.FlowPath}/setup/team", cancellation);
        var suggested = team.GetProperty("suggestions").EnumerateArray()
            .ToDictionary(suggestion => suggestion.GetProperty("leftId").ToString(), suggestion => suggestion.GetProperty("rightId").ToString());
        var matches = team.GetProperty("left").EnumerateArray().Select(member => member.GetProperty("id").ToString())
            .Select(id => new JsonObject { ["leftId"] = id, ["rightId"] = suggested.GetValueOrDefault(id) });
        await api.PutAsync($"{DemoTenant.FlowPath}/setup/team", new JsonObject { ["matches"] = new JsonArray([.. matches]) }, cancellation);
        var map = stages.Select(stage => new JsonObject { ["left"] = stage.Left, ["right"] = stage.Right });
        await api.PutAsync($"{DemoTenant.FlowPath}/setup/stages", new JsonObject { ["stages"] = new JsonArray([.. map]) }, cancellation);
    }

    public Task StartImportAsync(CancellationToken cancellation) => api.PostAsync($"{DemoTenant.FlowPath}/setup/import", new JsonObject(), cancellation);

    /// <summary>Waits for the end of the import, and hands over the states that it goes through. An app that was killed is waited for.</summary>
    /// <param name="pause">How long to wait before it is looked at again; each look costs the app some work.</param>
    /// <param name="progress">Given the run.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UpFailure">The import failed.</exception>
    public async Task<JsonElement> WatchAsync(TimeSpan pause, Action<JsonElement> progress, CancellationToken cancellation)
    {
        while (true)
        {
            if (await ReadAsync(cancellation) is not { } import)
            {
                await Task.Delay(pause, cancellation);
                continue;
            }

            if (import.GetProperty("run") is { ValueKind: JsonValueKind.Object } run)
            {
                progress(run);
                if (run.GetProperty("outcome").GetString() is "failed" or "cancelled")
                    throw new UpFailure($"The import {run.GetProperty("outcome").GetString()}: {run.GetProperty("detail").GetString()}");
            }

            if (import.GetProperty("completedAt").ValueKind != JsonValueKind.Null)
                return import;
            await Task.Delay(pause, cancellation);
        }
    }

    /// <summary>Null while the app is being started again; the stack's supervision knows when to give up.</summary>
    private async Task<JsonElement?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await api.GetAsync($"{DemoTenant.FlowPath}/setup/import", cancellation);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
