using SyncFunctions.Benchmarks;

return await BenchmarkCommand.RunAsync(args);
