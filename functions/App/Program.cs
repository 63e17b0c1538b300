using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SyncFunctions.App;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Pairs;
using SyncFunctions.State;

var builder = FunctionsApplication.CreateBuilder(args);
if (SettingDefaults.Apply(builder.Configuration) is { } missing)
{
    await Console.Error.WriteLineAsync(missing);
    return 1;
}

builder.ConfigureFunctionsWebApplication();
builder.UseHttpSide();

// Everything by storage's clock, whatever the host added before.
var state = StateClients.Create(name => builder.Configuration[name]);
builder.Services
    .AddSingleton(state.Clock)
    .AddState(state)
    .AddSingleton(await SecretKeySource.LoadAsync(builder.Configuration, CancellationToken.None))
    .AddSingleton(services => new VendorPipeline(VendorPipeline.CreateClient(), services.GetRequiredService<TimeProvider>(), Random.Shared))
    .AddSingleton(services => new Systems(services.GetRequiredService<VendorPipeline>(), builder.Configuration[Systems.PartnerFolderSetting]))
    .AddSingleton(PairCatalog.Shipped)
    .AddSync()
    .AddHttpSide(builder.Configuration);

var app = builder.Build();
// A manifest that is wrong is said now, not to the first who asks for a system.
_ = app.Services.GetRequiredService<Systems>();
await app.Services.GetRequiredService<StateTables>().CreateAsync(CancellationToken.None);
await app.RunAsync();
return 0;
