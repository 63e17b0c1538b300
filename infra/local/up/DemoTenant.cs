using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>
/// The demonstration: a tenant whose Total Synergy and tiny+ accounts are connected as an administrator would do it in a browser,
/// with one flow between them. What is there already is kept.
/// </summary>
public sealed class DemoTenant(ManagementApi api, Terminal terminal)
{
    public const string Tenant = "demo";
    public const string Flow = "demo";

    public static readonly ImmutableSortedDictionary<string, string> Connections =
        ImmutableSortedDictionary<string, string>.Empty.Add(Launcher.Synergy, Launcher.Synergy).Add(Launcher.TinyPlus, Launcher.TinyPlus);

    private static readonly ImmutableArray<(string Left, string Right)> Stages = [("Proposal", "Proposal"), ("Active", "Design"), ("Completed", "Complete")];

    private static readonly TimeSpan LiveTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LivePoll = TimeSpan.FromMilliseconds(250);

    public const string FlowPath = $"tenants/{Tenant}/flows/{Flow}";

    /// <summary>As <see cref="EnsureAsync"/>, and the stack's state names what is there.</summary>
    public async Task ConnectAsync(Launcher stack, bool goLive, CancellationToken cancellation)
    {
        await EnsureAsync(goLive, cancellation);
        stack.State = stack.State with { Tenant = Tenant, Flow = Flow, Connections = Connections };
    }

    /// <summary>Creates what is missing of tenant, connections and flow.</summary>
    /// <param name="goLive">Whether the flow goes live at once; otherwise the setup wizard does that after its import.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task EnsureAsync(bool goLive, CancellationToken cancellation)
    {
        if (await api.FindAsync($"tenants/{Tenant}", cancellation) is null)
            await api.PostAsync("tenants", new JsonObject { ["id"] = Tenant, ["name"] = "Demo Practice" }, cancellation);

        // A premium plan: the standard one allows 300 calls a day, which shows changes only every half hour.
        await EnsureConnectionAsync(Launcher.Synergy, new JsonObject { ["plan"] = "premium" }, cancellation);
        await EnsureConnectionAsync(Launcher.TinyPlus, [], cancellation);
        await EnsureFlowAsync(goLive, cancellation);
    }

    /// <summary>Runs the setup wizard of a flow that has not gone live: both systems' sample records are in step from then on.</summary>
    public async Task ImportAsync(CancellationToken cancellation)
    {
        if ((await api.GetAsync(FlowPath, cancellation)).GetProperty("wentLiveAt").ValueKind != JsonValueKind.Null) return;
        var wizard = new Wizard(api);
        if ((await api.GetAsync($"{FlowPath}/setup/import", cancellation)).GetProperty("startedAt").ValueKind == JsonValueKind.Null)
        {
            await wizard.PrepareAsync(Stages, cancellation);
            await wizard.StartImportAsync(cancellation);
        }

        await wizard.WatchAsync(TimeSpan.FromMilliseconds(500), _ => { }, cancellation);
        terminal.Line("Imported what was in Total Synergy; what is only in tiny+ waits in the lists of unmatched records.");
    }

    /// <summary>Signs in to the vendor and gives consent, as a person with a browser would.</summary>
    /// <exception cref="UpFailure">A page on the way was not the expected one.</exception>
    public static async Task ConsentAsync(Uri connectUrl, CancellationToken cancellation)
    {
        using var browser = new Browser();
        var consent = await browser.OpenAsync(connectUrl, cancellation);
        var form = HtmlForm.Find(consent.Html, "decision", "approve")
            ?? throw new UpFailure($"The vendor's page asks for no consent but says: {consent.Text}");
        var page = await browser.SubmitAsync(consent, form, cancellation);

        // The implicit grant: the page's script posts the fragment, which a server never sees.
        if (page.Address.Fragment.Length > 1)
            page = await browser.PostJsonAsync(page, new { fragment = page.Address.Fragment[1..] }, cancellation);
        if ((int)page.Status >= 400)
            throw new UpFailure($"The sign-in did not succeed; the last page says: {page.Text}");
    }

    private async Task EnsureConnectionAsync(string system, JsonObject settings, CancellationToken cancellation)
    {
        var path = $"tenants/{Tenant}/connections/{Connections[system]}";
        if (await api.FindAsync(path, cancellation) is not { } connection)
        {
            connection = await api.PostAsync(
                $"tenants/{Tenant}/connections",
                new JsonObject { ["id"] = Connections[system], ["system"] = system, ["settings"] = settings },
                cancellation);
        }
        else if (IsConnected(connection))
        {
            return;
        }
        else
        {
            connection = await api.PostAsync($"{path}/invitation", new JsonObject(), cancellation);
        }

        await ConsentAsync(new Uri(connection.GetProperty("connectUrl").GetString()!), cancellation);
        connection = await api.GetAsync(path, cancellation);
        if (!IsConnected(connection))
            throw new UpFailure($"After the sign-in the connection to {system} is {connection.GetProperty("health")}, not connected.");
        var user = connection.GetProperty("userName").GetString() is { Length: > 0 } name ? $", signed in as {name}" : "";
        terminal.Line($"Connected {system}: {connection.GetProperty("accountName").GetString()}{user}.");
    }

    private async Task EnsureFlowAsync(bool goLive, CancellationToken cancellation)
    {
        var flow = await api.FindAsync(FlowPath, cancellation) ?? await api.PostAsync(
            $"tenants/{Tenant}/flows",
            new JsonObject
            {
                ["id"] = Flow,
                ["pair"] = "synergy-tinyplus",
                ["name"] = "Synergy and tiny+",
                ["left"] = Connections[Launcher.Synergy],
                ["right"] = Connections[Launcher.TinyPlus],
                ["enabled"] = goLive,
            },
            cancellation);

        // An enabled flow goes live once it has taken note of what is there: what comes after that is new.
        var clock = Stopwatch.StartNew();
        while (goLive && flow.GetProperty("enabled").GetBoolean() && flow.GetProperty("wentLiveAt").ValueKind == JsonValueKind.Null)
        {
            if (clock.Elapsed > LiveTimeout)
                throw new UpFailure($"The demonstration flow did not go live within {LiveTimeout.TotalSeconds:0} seconds.");
            await Task.Delay(LivePoll, cancellation);
            flow = await api.GetAsync(FlowPath, cancellation);
        }
    }

    private static bool IsConnected(JsonElement connection) => connection.GetProperty("health").ToString() == "connected";
}
