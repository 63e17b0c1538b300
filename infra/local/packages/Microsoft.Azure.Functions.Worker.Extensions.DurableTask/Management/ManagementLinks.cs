using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;

/// <summary>Builds the addresses of <see cref="ManagementEndpoints"/>.</summary>
internal sealed class ManagementLinks(HostKeys keys, IServer server)
{
    public const string BasePath = "/runtime/webhooks/durabletask";

    /// <summary>The name of the system key that opens these addresses.</summary>
    public const string SystemKey = "durabletask_extension";

    /// <summary>The addresses as the client of a function gives them.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="origin">Scheme, host and port; null: those of this host.</param>
    public HttpManagementPayload ForClient(string instanceId, string? origin)
    {
        var (instance, query) = (Instance(origin ?? OwnOrigin(), instanceId), Code());
        return new HttpManagementPayload
        {
            Id = instanceId,
            PurgeHistoryDeleteUri = $"{instance}?{query}",
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}?{query}",
            StatusQueryGetUri = $"{instance}?{query}",
            // The genuine client doubles these braces.
            TerminatePostUri = $"{instance}/terminate?reason={{{{text}}}}&{query}",
            SuspendPostUri = $"{instance}/suspend?reason={{{{text}}}}&{query}",
            ResumePostUri = $"{instance}/resume?reason={{{{text}}}}&{query}",
        };
    }

    /// <summary>The addresses as the management addresses themselves give them: they also name the hub and its connection.</summary>
    public CreationAnswer ForCaller(string instanceId, string origin, string hubName, string connectionName)
    {
        var instance = Instance(origin, instanceId);
        var query = $"taskHub={Uri.EscapeDataString(hubName)}&connection={Uri.EscapeDataString(connectionName)}&{Code()}";
        return new CreationAnswer
        {
            Id = instanceId,
            StatusQueryGetUri = $"{instance}?{query}",
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}?{query}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}&{query}",
            RewindPostUri = $"{instance}/rewind?reason={{text}}&{query}",
            PurgeHistoryDeleteUri = $"{instance}?{query}",
            RestartPostUri = $"{instance}/restart?{query}",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}&{query}",
            ResumePostUri = $"{instance}/resume?reason={{text}}&{query}",
        };
    }

    private static string Instance(string origin, string instanceId) => $"{origin}{BasePath}/instances/{Uri.EscapeDataString(instanceId)}";

    private string Code() => $"code={keys.SystemKey(SystemKey)}";

    private string OwnOrigin()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("The web server of the host has not started, so that there are no management addresses yet.");
        return $"http://localhost:{BindingPort(address)}";
    }

    // An address may name any host as * or +, which a Uri does not read.
    private static string BindingPort(string address) => address[(address.LastIndexOf(':') + 1)..].TrimEnd('/');
}
