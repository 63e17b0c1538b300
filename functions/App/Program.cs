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
settings.CheckSystems(reader);
if (reader.Faults.Count > 0) return await RefuseAsync(reader.Faults);

builder.ConfigureFunctionsWebApplication();
builder.UseHttpSide();

// Everything by storage's clock, whatever the host added before.
var metrics = new SyncMetrics();
var state = StateClients.Create(name => builder.Configuration[name], metrics.CountCalls);
builder.Services
    .AddSingleton(state.Clock)
    .AddState(state)
    .AddSingleton(services => new VendorPipeline(VendorPipeline.CreateClient(), services.GetRequiredService<TimeProvider>(), Random.Shared))
    .AddSingleton(services => new Systems(services.GetRequiredService<VendorPipeline>(), settings.PartnerFolder))
    .AddSingleton(PairCatalog.Shipped)
    .AddSync(metrics)
    .AddHttpSide(settings)
    .AddTelemetry(settings.Telemetry);

// What the settings lead to has to be there, too.
try
{
    builder.Services.AddSingleton(await settings.LoadSecretsAsync(CancellationToken.None));
    await new StateTables(state).CreateAsync(CancellationToken.None);
}
catch (SettingsException wrong)
{
    return await RefuseAsync(wrong.Faults);
}
catch (Exception failure) when (Outage.Is(failure))
{
    return await RefuseAsync([$"The setting '{StateClients.Connection}', or else 'AzureWebJobsStorage', names an account that can't be used: {Outage.Text(failure)}. The app's identity needs its roles for tables, queues and blobs, and a way to the account."]);
}

await builder.Build().RunAsync();
return 0;

static async Task<int> RefuseAsync(IEnumerable<string> faults)
{
    foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
    return 1;
}
