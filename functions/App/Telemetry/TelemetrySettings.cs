using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Telemetry;

/// <summary>Where traces, metrics and logs go, by OpenTelemetry's own settings; the rest of those the SDK reads itself.</summary>
/// <param name="Otlp">A collector was named.</param>
/// <param name="NamesService">The service's name is set.</param>
/// <param name="ApplicationInsights">The connection string; null where it is not used.</param>
/// <param name="IdentityClientId">Of the managed identity that Application Insights wants; null where the connection string is enough.</param>
public sealed record TelemetrySettings(bool Otlp, bool NamesService, string? ApplicationInsights, string? IdentityClientId)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    public bool IsOn => Otlp || ApplicationInsights is not null;

    public static TelemetrySettings Read(SettingReader reader)
    {
        var isOn = !reader.Flag("OTEL_SDK_DISABLED", otherwise: false);
        var endpoint = reader.Text(Endpoint);
        if (endpoint is not null && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
            reader.Refuse(Endpoint, "is not an http address, such as http://collector.example:4318.");
        var named = reader.Text("OTEL_SERVICE_NAME") is not null || reader.Text("OTEL_RESOURCE_ATTRIBUTES")?.Contains("service.name=", StringComparison.Ordinal) == true;
        var insights = reader.Hosting == Hosting.Azure ? reader.Text("APPLICATIONINSIGHTS_CONNECTION_STRING") : null;
        return new TelemetrySettings(isOn && endpoint is not null, named, isOn ? insights : null, insights is null ? null : ClientId(reader.Text(Authentication)));
    }

    /// <summary>Of <c>Authorization=AAD;ClientId=…</c>; empty for the app's own identity.</summary>
    private static string? ClientId(string? authentication)
    {
        if (authentication is null) return null;
        var parts = authentication.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToLookup(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        return parts["Authorization"].Contains("AAD", StringComparer.OrdinalIgnoreCase) ? parts["ClientId"].FirstOrDefault("") : null;
    }
}
