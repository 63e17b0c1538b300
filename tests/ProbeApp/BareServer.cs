using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.ProbeApp;

/// <summary>The same web server with the same answer and no host, to measure against.</summary>
internal static class BareServer
{
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/api/plain", () => "plain");
        return app;
    }
}
