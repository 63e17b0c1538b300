using SyncFunctions.Vendors;

if (!VendorServerOptions.TryParse(args, out var options, out var error))
{
    await Console.Error.WriteLineAsync($"{error}\nusage: [--urls {options.Urls}] [--data FILE.json|DIR] [--seed on|off]");
    return 2;
}

await using var server = VendorServer.Build(options);
await server.StartAsync();
Console.WriteLine($"Simulated vendors listen on {string.Join(", ", server.Urls)}");
await server.WaitForShutdownAsync();
return 0;
