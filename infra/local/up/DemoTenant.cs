using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>
/// The demonstration: a tenant whose accounts are connected as an administrator would do it in a browser, with one flow between
/// Total Synergy and tiny+ and one between ConnectWise and Moovila. What is there already is kept.
/// </summary>
public sealed class DemoTenant(ManagementApi api, Terminal terminal)
{
    public const string Tenant = "demo";
    public const string Flow = "demo";
    public const string Pair = "synergy-tinyplus";

    /// <summary>Between ConnectWise and Moovila.</summary>
    public const string ProjectsFlow = "projects";
    public const string ProjectsPair = "connectwise-moovila";

    /// <summary>Between Raiser's Edge NXT and Mailchimp.</summary>
    public const string SupportersFlow = "supporters";
    public const string SupportersPair = "raisersedge-mailchimp";

    /// <summary>From iRaiser to Raiser's Edge NXT.</summary>
    public const string DonationsFlow = "donations";
    public const string DonationsPair = "iraiser-raisersedge";

    // The keys of an API member, and of a site, that the simulated vendors know: not secrets.
    private static readonly ImmutableDictionary<string, Func<JsonObject>> Keys = ImmutableDictionary<string, Func<JsonObject>>.Empty
        .Add(Launcher.ConnectWise, () => new() { ["publicKey"] = "connectwise-public-key", ["privateKey"] = "connectwise-private-key" })
        .Add(Launcher.IRaiser, () => new() { ["token"] = "iraiser-static-key" });

    // One of the account's two, and where the simulated Raiser's Edge shows the status of a prospect.
    private const string Audience = "Supporters";
    private const string ProspectPath = "constituent/v1/constituents/{id}/prospectstatus";

    public static readonly ImmutableSortedDictionary<string, string> Connections =
        new[] { Launcher.Synergy, Launcher.TinyPlus, Launcher.ConnectWise, Launcher.Moovila, Launcher.RaisersEdge, Launcher.Mailchimp, Launcher.IRaiser }.ToImmutableSortedDictionary(system => system, system => system);

    private static readonly ImmutableArray<(string Left, string Right)> Stages = [("Proposal", "Proposal"), ("Active", "Design"), ("Completed", "Complete")];

    private static readonly TimeSpan LiveTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LivePoll = TimeSpan.FromMilliseconds(250);

    public const string FlowPath = $"tenants/{Tenant}/flows/{Flow}";
    public const string ProjectsFlowPath = $"tenants/{Tenant}/flows/{ProjectsFlow}";
    public const string DonationsFlowPath = $"tenants/{Tenant}/flows/{DonationsFlow}";
    public const string SupportersFlowPath = $"tenants/{Tenant}/flows/{SupportersFlow}";

    /// <summary>As <see cref="EnsureAsync"/>, and the stack's state names what is there.</summary>
    public async Task ConnectAsync(Launcher stack, bool goLive, CancellationToken cancellation)
    {
        await EnsureAsync(goLive, cancellation);
        stack.State = stack.State with
        {
            Tenant = Tenant,
            Flow = Flow,
            Flows = ImmutableSortedDictionary<string, string>.Empty.Add(Pair, Flow),
            Connections = Connections.RemoveRange([Launcher.ConnectWise, Launcher.Moovila, Launcher.RaisersEdge, Launcher.Mailchimp, Launcher.IRaiser]),
        };
    }

    /// <summary>Connects ConnectWise and Moovila and imports the projects of ConnectWise; from then on both tell of changes by webhook.</summary>
    public async Task ConnectProjectsAsync(Launcher stack, CancellationToken cancellation)
    {
        await EnsureConnectionAsync(Launcher.ConnectWise, new JsonObject { ["companyId"] = "demo" }, cancellation);
        await EnsureConnectionAsync(Launcher.Moovila, [], cancellation);
        var flow = await EnsureFlowAsync(ProjectsFlowPath, ProjectsFlow, ProjectsPair, "ConnectWise and Moovila", (Launcher.ConnectWise, Launcher.Moovila), goLive: false, cancellation);
        if (flow.GetProperty("wentLiveAt").ValueKind == JsonValueKind.Null) await ImportAsync(ProjectsFlowPath, "the projects of ConnectWise into Moovila", cancellation);
        stack.State = stack.State with { Flows = stack.State.Flows.Add(ProjectsPair, ProjectsFlow), Connections = Connections.RemoveRange([Launcher.RaisersEdge, Launcher.Mailchimp, Launcher.IRaiser]) };
    }

    /// <summary>Connects Raiser's Edge NXT and Mailchimp: a clean-up of the two against each other first, then live, which is a step of its own there.</summary>
    public async Task ConnectSupportersAsync(Launcher stack, CancellationToken cancellation)
    {
        await EnsureConnectionAsync(Launcher.RaisersEdge, new JsonObject { ["prospectPath"] = ProspectPath, ["defaultFund"] = "1" }, cancellation);
        using var mailchimp = new SimClient(stack.State.Vendors[Launcher.Mailchimp]);
        var audience = (await mailchimp.FindAsync("lists", Audience, cancellation)).Select(list => list.GetProperty("id").ToString()).FirstOrDefault();
        await EnsureConnectionAsync(Launcher.Mailchimp, new JsonObject { ["audience"] = audience }, cancellation);
        var flow = await EnsureFlowAsync(SupportersFlowPath, SupportersFlow, SupportersPair, "Raiser's Edge and Mailchimp", (Launcher.RaisersEdge, Launcher.Mailchimp), goLive: false, cancellation);
        if (flow.GetProperty("wentLiveAt").ValueKind == JsonValueKind.Null)
        {
            await ImportAsync(SupportersFlowPath, "the constituents of Raiser's Edge into Mailchimp", cancellation);
            await api.PostAsync($"{SupportersFlowPath}/enable", new JsonObject(), cancellation);
            await UntilLiveAsync(SupportersFlowPath, await api.GetAsync(SupportersFlowPath, cancellation), cancellation);
        }

        await EnsureConnectionAsync(Launcher.IRaiser, [], cancellation);
        await EnsureFlowAsync(DonationsFlowPath, DonationsFlow, DonationsPair, "iRaiser to Raiser's Edge", (Launcher.IRaiser, Launcher.RaisersEdge), goLive: true, cancellation);
        stack.State = stack.State with { Flows = stack.State.Flows.Add(SupportersPair, SupportersFlow).Add(DonationsPair, DonationsFlow), Connections = Connections };
    }

    private async Task ImportAsync(string flow, string what, CancellationToken cancellation)
    {
        var run = (await api.PostAsync($"{flow}/sync", new JsonObject { ["mode"] = "import" }, cancellation)).GetProperty("runId").GetString();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var found = await api.GetAsync($"{flow}/runs/{run}", cancellation);
            if (found.GetProperty("endedAt").ValueKind != JsonValueKind.Null)
            {
                // Samples hold what real records hold: two people with one address, of whom an audience takes one.
                var outcome = found.GetProperty("outcome").GetString();
                if (outcome is not ("succeeded" or "succeededWithErrors"))
                    throw new UpFailure($"The import of {what} {outcome}: {found.GetProperty("detail")} {found.GetProperty("report")}");
                terminal.Line($"Imported {what} in {clock.Elapsed.TotalSeconds:0.0} s{(outcome == "succeeded" ? "" : $"; not all: GET {flow}/runs/{run}/report")}.");
                return;
            }

            await Task.Delay(LivePoll, cancellation);
        }
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
        await EnsureFlowAsync(FlowPath, Flow, Pair, "Synergy and tiny+", (Launcher.Synergy, Launcher.TinyPlus), goLive, cancellation);
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
        else if (!Keys.ContainsKey(system))
        {
            connection = await api.PostAsync($"{path}/invitation", new JsonObject(), cancellation);
        }

        if (Keys.TryGetValue(system, out var key))
            await api.PutAsync($"{path}/token", key(), cancellation);
        else
            await ConsentAsync(new Uri(connection.GetProperty("connectUrl").GetString()!), cancellation);
        connection = await api.GetAsync(path, cancellation);
        if (!IsConnected(connection))
            throw new UpFailure($"After the sign-in the connection to {system} is {connection.GetProperty("health")}, not connected.");
        var user = connection.GetProperty("userName").GetString() is { Length: > 0 } name ? $", signed in as {name}" : "";
        terminal.Line($"Connected {system}: {connection.GetProperty("accountName").GetString()}{user}.");
    }

    private async Task<JsonElement> EnsureFlowAsync(string path, string id, string pair, string name, (string Left, string Right) systems, bool goLive, CancellationToken cancellation)
    {
        var flow = await api.FindAsync(path, cancellation) ?? await api.PostAsync(
            $"tenants/{Tenant}/flows",
            new JsonObject
            {
                ["id"] = id,
                ["pair"] = pair,
                ["name"] = name,
                ["left"] = Connections[systems.Left],
                ["right"] = Connections[systems.Right],
                ["enabled"] = goLive,
            },
            cancellation);

        return goLive ? await UntilLiveAsync(path, flow, cancellation) : flow;
    }

    /// <summary>An enabled flow goes live once it has taken note of what is there: what comes after that is new.</summary>
    private async Task<JsonElement> UntilLiveAsync(string path, JsonElement flow, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (flow.GetProperty("enabled").GetBoolean() && flow.GetProperty("wentLiveAt").ValueKind == JsonValueKind.Null)
        {
            if (clock.Elapsed > LiveTimeout)
                throw new UpFailure($"The flow {path} did not go live within {LiveTimeout.TotalSeconds:0} seconds.");
            await Task.Delay(LivePoll, cancellation);
            flow = await api.GetAsync(path, cancellation);
        }

        return flow;
    }

    private static bool IsConnected(JsonElement connection) => connection.GetProperty("health").ToString() == "connected";
}
