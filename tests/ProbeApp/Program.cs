using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SyncFunctions.ProbeApp;

Leash.Hold();
IHost app = Environment.GetEnvironmentVariable("ProbeBuilder") switch
{
    "HostBuilder" => OlderForm(),
    "Bare" => BareServer.Create(args),
    _ => NewerForm(args),
};
await app.StartAsync();
var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
Console.WriteLine($"Listening on {address}");
await app.WaitForShutdownAsync();

static IHost NewerForm(string[] args)
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.AddSingleton(JournalOf(builder.Configuration));
    return builder.Build();
}

static IHost OlderForm() => new HostBuilder()
    .ConfigureFunctionsWebApplication()
    .ConfigureServices((context, services) => services.AddSingleton(JournalOf(context.Configuration)))
    .Build();

static Journal JournalOf(IConfiguration configuration)
    => new(configuration["Journal"] ?? throw new InvalidOperationException("The setting 'Journal' must name a folder."));
