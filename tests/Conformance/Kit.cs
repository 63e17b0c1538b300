using System.Net.Http;
using SyncFunctions.Connectors;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>Checks a server against every rule of the partner contract that can be seen from outside, and takes away what it made.</summary>
public static class Kit
{
    /// <summary>No redirects: what should not be one must show.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };

    public static async Task<Report> RunAsync(KitOptions options, HttpMessageHandler handler, CancellationToken cancellation)
    {
        var report = new Report();
        using var server = new Server(options, handler);
        var samples = new Samples(server, options.Manifest, report);
        var kinds = options.Manifest.Kinds.Where(kind => options.Kinds.IsEmpty || options.Kinds.Contains(kind.Name)).ToArray();
        await AccountAsync(server, report);
        await new OAuthChecks(server, report, options).RunAsync();
        try
        {
            foreach (var kind in kinds)
            {
                cancellation.ThrowIfCancellationRequested();
                await GuardedAsync(server, report, new RecordChecks(server, report, samples, options.Manifest, kind).RunAsync);
            }

            await WebhooksAsync(options, server, report, samples, kinds);
        }
        finally
        {
            await samples.ClearAsync();
        }

        foreach (var finding in server.Always)
            report.Note(finding);
        return report;
    }

    private static async Task AccountAsync(Server server, Report report)
    {
        await report.CheckAsync(server, "B1", async () =>
        {
            var (once, again) = ((await server.GetAsync("v1/account")).Expect(200).Json, (await server.GetAsync("v1/account")).Expect(200).Json);
            if (once.GetProperty("id").GetString() != again.GetProperty("id").GetString())
                throw new BrokenException("The id of the account is not always the same.");
            _ = (once.GetProperty("name").GetString(), once.GetProperty("user").GetProperty("id").GetString(), once.GetProperty("user").GetProperty("name").GetString());
            var rights = once.GetProperty("rights").EnumerateArray().Select(right => right.GetString()).ToArray();
            if (!rights.Contains("write"))
                throw new BrokenException("The token may not write: the rest cannot be checked with it.");
        });
        await report.CheckAsync(server, "B2", async () =>
        {
            if ((await server.GetAsync("v1/account", ("Authorization", "Bearer wrong"))).Expect(401).Header("WWW-Authenticate") is not { } challenge || !challenge.StartsWith("Bearer", StringComparison.Ordinal))
                throw new BrokenException("There is no WWW-Authenticate: Bearer.");
        });
    }

    private static async Task WebhooksAsync(KitOptions options, Server server, Report report, Samples samples, PartnerKind[] kinds)
    {
        string[] rules = ["H1", "H2", "H3", "H4", "H5", "W1", "W2", "W3"];
        if (kinds.FirstOrDefault(kind => kind is { ReadOnly: false, Parent: null } && kind.Fields.Any(field => field is { ReadOnly: false, Type: SystemFieldType.Text, Values.IsEmpty: true })) is not { } kind)
        {
            report.NotChecked("it takes a kind that lives inside no other and has a text", rules);
            return;
        }

        if (options.Hook is null && !options.Base.IsLoopback)
        {
            report.NotChecked("the server is not on this machine: give --listen and --hook", rules);
            return;
        }

        await using var receiver = await Receiver.StartAsync(options.Listen ?? "http://127.0.0.1:0");
        await GuardedAsync(server, report, new WebhookChecks(server, report, samples, kind, receiver, options.Hook ?? receiver.Address).RunAsync);
    }

    /// <summary>What a later check needs and cannot have is a rule broken before; the rest goes on.</summary>
    private static async Task GuardedAsync(Server server, Report report, Func<Task> checks)
    {
        try
        {
            await checks();
        }
        catch (Exception exception) when (exception is BrokenException or HttpRequestException or System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException or OperationCanceledException)
        {
            report.Note(new Finding("D1", false, exception.Message, server.LastRequest));
        }
    }
}
