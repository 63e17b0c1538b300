namespace SyncFunctions.Vendors;

/// <summary>What a simulated vendor server is started with.</summary>
public sealed record VendorServerOptions
{
    /// <summary>Where to listen. Port 0 picks a free port and needs an address instead of "localhost": <c>http://127.0.0.1:0</c>.</summary>
    public string Urls { get; init; } = "http://localhost:7080";

    /// <summary>
    /// Where state survives a restart: a path that ends in <c>.json</c> is one file for all systems, any other path is a folder with a file per system.
    /// Without it everything is in memory.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>Whether an account that has no stored state starts with the sample records.</summary>
    public bool Seed { get; init; } = true;

    /// <summary>The key (client id) of the one application that is registered with every vendor.</summary>
    public string ApplicationKey { get; init; } = "sync-functions";

    /// <summary>The secret of that application.</summary>
    public string ApplicationSecret { get; init; } = "sync-functions-secret";

    /// <summary>The clock of every vendor: modified times, token lifetimes, daily limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads <c>--urls URLS --data PATH --seed on|off</c>; anything else is a named error.</summary>
    public static bool TryParse(IReadOnlyList<string> args, out VendorServerOptions options, out string? error)
    {
        options = new VendorServerOptions();
        error = null;
        for (var i = 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count)
            {
                error = $"The option {args[i]} needs a value.";
                return false;
            }

            var value = args[i + 1];
            switch (args[i], value)
            {
                case ("--urls", _): options = options with { Urls = value }; break;
                case ("--data", _): options = options with { Data = value }; break;
                case ("--seed", "on" or "off"): options = options with { Seed = value == "on" }; break;
                default:
                    error = $"Unknown option or value: {args[i]} {value}.";
                    return false;
            }
        }

        return true;
    }
}
