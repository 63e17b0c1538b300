using System.Globalization;

namespace SyncFunctions.Up;

/// <summary>What a start is for.</summary>
public enum UpMode
{
    /// <summary>Runs until it is stopped.</summary>
    Run,

    /// <summary>Tries every kind of change in both directions and ends.</summary>
    Smoke,

    /// <summary>Imports generated records, measures and ends.</summary>
    Load,

    /// <summary>Imports the packages of this machine's Debian index, measures and ends.</summary>
    LoadDebian,

    /// <summary>Prints the options.</summary>
    Help,
}

/// <summary>The options of the command line. A port that is null was not given.</summary>
public sealed record UpOptions
{
    public const int DefaultAppPort = 7071;
    public const int DefaultVendorsPort = 7080;

    public const string HelpText = """
        dotnet run --project infra/local/up [-- options]

        Starts the function app, its storage (Azurite), simulated vendors and a mail catcher on this machine, connects a demonstration
        tenant and prints every change as it is synced. Ctrl+C stops everything; the next start goes on from there.

          --fresh                  forget what earlier runs stored
          --no-demo                no demonstration tenant: an empty app and vendors with sample records
          --smoke                  make one change of every sort on both sides, check that each arrives, and end
          --load N                 import N generated projects with companies, contacts and staff, print figures, and end
          --load-debian            the same with the packages and maintainers of this machine's Debian index
          --app-port PORT          port of the function app (7071)
          --vendors-port PORT      port of the simulated vendors (7080)
          --azurite-ports B,Q,T    ports of blobs, queues and tables (10000,10001,10002)
          --mail-ports S,W         ports of the mail catcher: SMTP and its page (1025,1080)
          --free-ports             take any free port for what is not given
          --poll-schedule CRON     how often due flows are looked for, six fields (*/2 * * * * *)
          --data DIR               the folder of everything that is stored (infra/local/.run)
          --help                   this text
        """;

    public static readonly (int Blob, int Queue, int Table) DefaultAzuritePorts = (10000, 10001, 10002);

    public static readonly (int Smtp, int Page) DefaultMailPorts = (1025, 1080);

    public UpMode Mode { get; init; }

    /// <summary>How many projects <see cref="UpMode.Load"/> makes.</summary>
    public int LoadCount { get; init; }

    public bool Fresh { get; init; }

    public bool Demo { get; init; } = true;

    public int? AppPort { get; init; }

    public int? VendorsPort { get; init; }

    public (int Blob, int Queue, int Table)? AzuritePorts { get; init; }

    public (int Smtp, int Page)? MailPorts { get; init; }

    public bool FreePorts { get; init; }

    public string PollSchedule { get; init; } = "*/2 * * * * *";

    /// <summary>Where everything is stored; null is the place of the mode.</summary>
    public string? Data { get; init; }

    /// <summary>Reads the arguments, each as <c>--name value</c> or <c>--name=value</c>; false comes with one sentence that says what is wrong.</summary>
    public static bool TryParse(IReadOnlyList<string> args, out UpOptions options, out string problem)
    {
        options = new UpOptions();
        problem = "";
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=') is > 0 and var equals
                ? (args[i][..equals], args[i][(equals + 1)..])
                : (args[i], null);
            if (IsSwitch(name))
            {
                problem = value is null ? SetSwitch(name, ref options) : $"{name} takes no value.";
            }
            else if (!IsValued(name))
            {
                problem = $"There is no option {name}; --help lists them.";
            }
            else
            {
                value ??= i + 1 < args.Count ? args[++i] : null;
                problem = value is { Length: > 0 } && !value.StartsWith("--", StringComparison.Ordinal)
                    ? SetValue(name, value, ref options)
                    : $"{name} needs a value.";
            }

            if (problem.Length > 0)
                return false;
        }

        return true;
    }

    private static bool IsSwitch(string name) => name is "--help" or "-h" or "--fresh" or "--no-demo" or "--smoke" or "--load-debian" or "--free-ports";

    private static bool IsValued(string name) => name is "--load" or "--app-port" or "--vendors-port" or "--azurite-ports" or "--mail-ports" or "--poll-schedule" or "--data";

    private static string SetSwitch(string name, ref UpOptions options)
    {
        switch (name)
        {
            case "--help" or "-h": options = options with { Mode = UpMode.Help }; return "";
            case "--fresh": options = options with { Fresh = true }; return "";
            case "--no-demo": options = options with { Demo = false }; return "";
            case "--free-ports": options = options with { FreePorts = true }; return "";
            case "--smoke": return SetMode(UpMode.Smoke, ref options);
            default: return SetMode(UpMode.LoadDebian, ref options);
        }
    }

    private static string SetMode(UpMode mode, ref UpOptions options)
    {
        if (options.Mode == UpMode.Help || options.Mode == mode)
            return "";
        if (options.Mode != UpMode.Run)
            return "Only one of --smoke, --load and --load-debian can be given.";
        options = options with { Mode = mode };
        return "";
    }

    private static string SetValue(string name, string value, ref UpOptions options)
    {
        switch (name)
        {
            case "--load":
                if (!int.TryParse(value, NumberStyles.None, null, out var count) || count is < 1 or > 1_000_000)
                    return $"--load needs a number of projects from 1 to 1000000, not '{value}'.";
                options = options with { LoadCount = count };
                return SetMode(UpMode.Load, ref options);
            case "--app-port":
                options = options with { AppPort = Port(value) };
                return options.AppPort is null ? NoPort(name, value) : "";
            case "--vendors-port":
                options = options with { VendorsPort = Port(value) };
                return options.VendorsPort is null ? NoPort(name, value) : "";
            case "--azurite-ports":
                if (value.Split(',').Select(Port).ToArray() is not [{ } blob, { } queue, { } table])
                    return $"--azurite-ports needs three ports from 1 to 65535 with commas between them, not '{value}'.";
                options = options with { AzuritePorts = (blob, queue, table) };
                return "";
            case "--mail-ports":
                if (value.Split(',').Select(Port).ToArray() is not [{ } smtp, { } page])
                    return $"--mail-ports needs two ports from 1 to 65535 with a comma between them, not '{value}'.";
                options = options with { MailPorts = (smtp, page) };
                return "";
            case "--poll-schedule":
                if (value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 6)
                    return $"--poll-schedule needs six fields, seconds first, not '{value}'.";
                options = options with { PollSchedule = value };
                return "";
            default:
                options = options with { Data = value };
                return "";
        }
    }

    private static int? Port(string text) => int.TryParse(text, NumberStyles.None, null, out var port) && port is > 0 and <= 65535 ? port : null;

    private static string NoPort(string name, string value) => $"{name} needs a port from 1 to 65535, not '{value}'.";
}
