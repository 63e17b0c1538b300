using Azure;
using Azure.Identity;
using SyncFunctions.Copy;
using SyncFunctions.State;

const string Usage = """
    dotnet run --project copy -- FROM TO

    copies all that the app keeps. FROM and TO are a storage account, by its name, or a connection string (UseDevelopmentStorage=true);
    after a comma a prefix for the names of tables and containers, letters and digits: ststatebackup,b20270131. You are whoever az or azd
    is signed in as.
    """;

if (args is not [var from, var to])
{
    await Console.Error.WriteLineAsync(Usage);
    return 1;
}

try
{
    await new StateCopy(Open(from), Open(to), Console.Out).RunAsync(CancellationToken.None);
    return 0;
}
catch (Exception failure) when (failure is RequestFailedException or AggregateException or AuthenticationFailedException or InvalidOperationException or FormatException)
{
    // What was tried several times is several failures.
    await Console.Error.WriteLineAsync((failure as AggregateException)?.InnerExceptions[^1].Message ?? failure.Message);
    return 1;
}

static StateClients Open(string place)
{
    var (account, prefix) = place.Split(',') is [var name, var before] ? (name, before) : (place, "");
    var setting = account.Contains('=') ? StateClients.Connection : $"{StateClients.Connection}__accountName";
    return StateClients.Create(asked => asked == setting ? account : null) with { Prefix = prefix };
}
