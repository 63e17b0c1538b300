using SyncFunctions.Up;

return await UpCommand.RunAsync(args);
