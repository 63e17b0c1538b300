namespace SyncFunctions.Vendors;

/// <summary>All simulated vendors on one server, each below <c>/{system}</c> with its real paths.</summary>
public static class VendorServer
{
    private const long LargestBody = 256L * 1024 * 1024;

    /// <summary>Builds the server with its state loaded; the caller starts and stops it.</summary>
    /// <exception cref="InvalidDataException">The stored state is not one of these vendors.</exception>
    public static WebApplication Build(VendorServerOptions options)
    {
        SimSystem[] systems =
        [
            new(Moovila.Vendor.Definition, options),
            new(Synergy.Vendor.Definition, options),
            new(TinyPlus.Vendor.Definition, options),
            new(ConnectWise.Vendor.Definition, options),
            new(RaisersEdge.Vendor.Definition, options),
            new(Mailchimp.Vendor.Definition, options),
            new(Salesforce.Vendor.Definition, options),
            new(IRaiser.Vendor.Definition, options),
        ];
        SimStorage.Load(options.Data, systems, options.Seed);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(options.Urls).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = LargestBody);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddHostedService(services => new SimStorage(options.Data, systems, services.GetRequiredService<ILogger<SimStorage>>()));

        var app = builder.Build();
        app.MapGet("/", () => SimPages.Index(systems));
        new Idp.IdentityProvider(options).Map(app);
        foreach (var system in systems)
        {
            var root = $"/{system.Definition.Name}";
            app.UseWhen(http => IsVendorPath(http.Request.Path, root), branch => branch.Use((http, next) => SimTraffic.PassAsync(system, http, next)));
            app.MapGet(root, () => SimPages.System(system));
            app.Lifetime.ApplicationStopping.Register(system.Webhooks.Dispose);
            SimControl.Map(app.MapGroup($"{root}/_sim"), system);
            system.Definition.Map(app.MapGroup(root), system);
        }

        return app;
    }

    private static bool IsVendorPath(PathString path, string root) =>
        path.StartsWithSegments(root, out var rest) && rest.HasValue && rest != "/" && !rest.StartsWithSegments("/_sim");
}
