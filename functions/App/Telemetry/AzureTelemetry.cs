#if HOSTING_AZURE
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using OpenTelemetry;

namespace SyncFunctions.App.Telemetry;

/// <summary>Correlation with the Functions host, and Application Insights. https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto</summary>
internal static partial class TelemetryServices
{
    static partial void AddAzure(OpenTelemetryBuilder telemetry, TelemetrySettings settings)
    {
        telemetry.UseFunctionsWorkerDefaults();
        if (settings.ApplicationInsights is null) return;
        telemetry.UseAzureMonitorExporter(insights =>
        {
            insights.ConnectionString = settings.ApplicationInsights;
            if (settings.IdentityClientId is { } client)
                insights.Credential = new ManagedIdentityCredential(client.Length == 0 ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client));
        });
    }
}
#endif
