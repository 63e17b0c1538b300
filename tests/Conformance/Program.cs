using SyncFunctions.Conformance;

if (!KitOptions.TryParse(args, out var options, out var error))
{
    await Console.Error.WriteLineAsync($"{error}\n{KitOptions.Usage}");
    return 2;
}

using var handler = Kit.CreateHandler();
var report = await Kit.RunAsync(options, handler, CancellationToken.None);
report.WriteTo(Console.Out);
return report.Passed ? 0 : 1;
