using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Telemetry;

/// <summary>Exports traces, metrics and logs where a setting says to where, and otherwise listens to nothing. No other library's spans: their addresses hold secrets.</summary>
internal static partial class TelemetryServices
{
    private const string ServiceName = "sync-functions";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        if (!settings.IsOn) return services;
        var telemetry = services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(SyncTrace.Name))
            .WithMetrics(metrics => metrics.AddMeter(SyncMetrics.Name))
            .WithLogging(configureBuilder: null, logs => (logs.IncludeScopes, logs.IncludeFormattedMessage) = (true, true));
        if (!settings.NamesService) telemetry.ConfigureResource(resource => resource.AddService(ServiceName));
        if (settings.Otlp) telemetry.UseOtlpExporter();
        AddAzure(telemetry, settings);
        return services.AddSingleton<Gauges>().AddHostedService(provider => provider.GetRequiredService<Gauges>());
    }

    /// <summary>What only the Functions host on Azure has.</summary>
    static partial void AddAzure(OpenTelemetryBuilder telemetry, TelemetrySettings settings);
}
