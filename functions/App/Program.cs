using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SyncFunctions.App;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Pairs;
using SyncFunctions.State;

var builder = FunctionsApplication.CreateBuilder(args);
var reader = new SettingReader(builder.Configuration, BuiltFor.Current);
HostSettings.Apply(reader, builder.Configuration);
var settings = AppSettings.Read(reader, builder.Configuration);
foreach (var fault in reader.Faults) await Console.Error.WriteLineAsync(fault);
if (reader.Faults.Count > 0) return 1;
SecretKeys keys;
try
{
    keys = await settings.LoadSecretsAsync(CancellationToken.None);
}
catch (SettingsException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

builder.ConfigureFunctionsWebApplication();
builder.UseHttpSide();

// Everything by storage's clock, whatever the host added before.
var metrics = new SyncMetrics();
var state = StateClients.Create(name => builder.Configuration[name], metrics.CountCalls);
builder.Services
    .AddSingleton(state.Clock)
    .AddState(state)
    .AddSingleton(keys)
    .AddSingleton(services => new VendorPipeline(VendorPipeline.CreateClient(), services.GetRequiredService<TimeProvider>(), Random.Shared))
    .AddSingleton(services => new Systems(services.GetRequiredService<VendorPipeline>(), settings.PartnerFolder))
    .AddSingleton(PairCatalog.Shipped)
    .AddSync(metrics)
    .AddHttpSide(settings)
    .AddTelemetry(settings.Telemetry);

var app = builder.Build();
// A manifest that is wrong is said now, not to the first who asks for a system.
try
{
    settings.Check(app.Services.GetRequiredService<Systems>().Catalogs);
}
catch (SettingsException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

await app.Services.GetRequiredService<StateTables>().CreateAsync(CancellationToken.None);
await app.RunAsync();
return 0;
