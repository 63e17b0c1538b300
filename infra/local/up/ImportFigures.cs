using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>Calls to a vendor that were alike.</summary>
public sealed record VendorCalls(string System, string Method, string Path, int Status, int Count);

/// <summary>What both sides hold of a kind after an import, and what the import says of it.</summary>
public sealed record KindRecount(string Kind, int Left, int Right, int Linked, int Failed)
{
    public bool IsEqual => Left == Right && Left == Linked;
}

/// <summary>A bound on a figure.</summary>
/// <param name="Limit">The most it may be; the least where <paramref name="AtLeast"/>.</param>
public sealed record Budget(string Name, double Limit, double Measured, bool AtLeast = false)
{
    public double Ratio => Measured / Limit;

    public bool IsMet => AtLeast ? Measured >= Limit : Measured <= Limit;
}

/// <summary>What an import took.</summary>
public sealed record ImportFigures
{
    /// <summary>So many are printed; those that took longest tell where the time went.</summary>
    private const int MostFunctions = 8;

    /// <summary>Calls that the app makes to a vendor at the same time, as its systems are set.</summary>
    private const int CallsAtOnce = 8;

    public required Machine Machine { get; init; }

    /// <summary>What a call to a vendor took beside the vendor's own work.</summary>
    public required TimeSpan Latency { get; init; }

    public required double Seconds { get; init; }

    public required AzuriteRequests Storage { get; init; }

    public required ImmutableArray<VendorCalls> Calls { get; init; }

    /// <summary>With how many calls to both vendors the import could do.</summary>
    public required int FewestCalls { get; init; }

    public required StackUsed Use { get; init; }

    public required ImmutableArray<FunctionTime> Functions { get; init; }

    /// <summary>How far the first estimate of the end after a twentieth of the work was off, as a part of the whole time; null where there was none.</summary>
    public required double? EstimateError { get; init; }

    public required ImmutableArray<KindRecount> Recount { get; init; }

    public int Records => Recount.Sum(kind => kind.Left);

    /// <summary>Whether both sides hold the same afterwards and every record is linked.</summary>
    public bool IsComplete => Recount.All(kind => kind.IsEqual);

    private int AllCalls => Calls.Sum(call => call.Count);

    /// <summary>For so long calls were under way to the vendors, one after another.</summary>
    private double CallSeconds => AllCalls * Latency.TotalSeconds;

    /// <summary>Null where a process ended meanwhile.</summary>
    private double? CpuSeconds => Use.Processes.Aggregate((double?)0, (sum, process) => sum + process.CpuSeconds);

    public ImmutableArray<Budget> Budgets
    {
        get
        {
            var budgets = ImmutableArray.CreateBuilder<Budget>();
            budgets.Add(new("storage operations a record", 2.3, PerRecord(Storage.Total)));
            budgets.Add(new("vendor calls to the fewest possible", 1.1, (double)AllCalls / FewestCalls));
            // An import should wait for the vendors alone; where these answer at once, it should use the whole machine.
            if (Latency > TimeSpan.Zero)
                budgets.Add(new("calls at once, of the possible", 0.95, CallSeconds / (Seconds * CallsAtOnce), AtLeast: true));
            else if (CpuSeconds is { } cpu)
                budgets.Add(new("processors kept busy", 0.95, cpu / (Seconds * Machine.Cores), AtLeast: true));
            if (EstimateError is { } error)
                budgets.Add(new("error of the estimate after 5 %", 0.2, error));
            return budgets.DrainToImmutable();
        }
    }

    public void Print(Terminal terminal)
    {
        terminal.Table(
            ["Import", ""],
            [
                ["Machine", Machine.ToString()],
                ["Records", $"{Records:N0} in {Seconds:N1} s: {Records / Seconds:N0} a second"],
                ["Storage operations", ARecord(Storage.Total)],
                .. Shares("  ", Services()),
                .. Shares("  of ", Purposes()),
                ["Vendor calls", $"{ARecord(AllCalls)}{(Latency > TimeSpan.Zero ? $" of {Latency.TotalMilliseconds:0} ms and more" : "")}, fewest possible {FewestCalls:N0}: {(double)AllCalls / FewestCalls:0.00} times as many"],
                .. Use.Processes.Select(process => (string[])[$"Process of {process.Name}", Describe(process)]),
                .. Others() is { } others ? [["Other programs", $"{others:N1} s of processor time"]] : Array.Empty<string[]>(),
            ]);
        terminal.Table(
            ["Storage operation", "Account", "", "A record", "Count"],
            Storage.All.OrderByDescending(request => request.Count).Select(request => (string[])
                [$"{request.Service} {request.Target}", PurposeOf(request.Account), request.Method, $"{PerRecord(request.Count):0.000}", $"{request.Count:N0}"]));
        terminal.Table(
            ["Vendor call", "", "Status", "A record", "Count"],
            Calls.OrderByDescending(call => call.Count).Select(call => (string[])
                [$"{call.System}{call.Path}", call.Method, $"{call.Status}", $"{PerRecord(call.Count):0.000}", $"{call.Count:N0}"]));
        terminal.Table(
            ["Function", "Runs", "Seconds", "Longest"],
            Functions.Take(MostFunctions).Select(function => (string[])[function.Name, $"{function.Runs:N0}", $"{function.Seconds:N1}", $"{function.LongestSeconds:N1}"]));
        terminal.Table(
            ["Budget", "Limit", "Measured", "Ratio", ""],
            Budgets.Select(budget => (string[])
                [budget.Name, $"{(budget.AtLeast ? "≥" : "≤")} {budget.Limit:0.00}", $"{budget.Measured:0.00}", $"{budget.Ratio:0.00}", budget.IsMet ? "met" : "MISSED"]));
        terminal.Table(
            ["Recount", "Total Synergy", "tiny+", "Linked", "Failed", "Result"],
            Recount.Select(kind => (string[])
                [kind.Kind, $"{kind.Left:N0}", $"{kind.Right:N0}", $"{kind.Linked:N0}", $"{kind.Failed:N0}", kind.IsEqual ? "equal" : "DIFFERENT"]));
    }

    /// <summary>All that <see cref="Print"/> shows.</summary>
    public JsonObject ToJson() => Json(new
    {
        Machine,
        LatencyMs = Latency.TotalMilliseconds,
        Records,
        Seconds,
        RecordsPerSecond = Records / Seconds,
        Storage = new
        {
            Storage.Total,
            PerRecord = PerRecord(Storage.Total),
            Services = Services().Select(Share),
            Purposes = Purposes().Select(Share),
            Requests = Storage.All.Select(request => new
            {
                request.Service, Purpose = PurposeOf(request.Account), request.Method, request.Target, request.Count, PerRecord = PerRecord(request.Count),
            }),
        },
        Calls = new
        {
            Total = AllCalls,
            PerRecord = PerRecord(AllCalls),
            Fewest = FewestCalls,
            Ratio = (double)AllCalls / FewestCalls,
            Paths = Calls.Select(call => new { call.System, call.Method, call.Path, call.Status, call.Count, PerRecord = PerRecord(call.Count) }),
        },
        Use.Processes,
        OtherCpuSeconds = Others(),
        Functions,
        Budgets,
        Recount,
        IsComplete,
    });

    private static JsonObject Json<T>(T value) => JsonSerializer.SerializeToNode(value, JsonSerializerOptions.Web)!.AsObject();

    private IEnumerable<(string Name, long Count)> Services() =>
        Storage.All.GroupBy(request => request.Service).Select(group => ($"{group.Key}s", group.Sum(request => request.Count))).OrderByDescending(share => share.Item2);

    private IEnumerable<(string Name, long Count)> Purposes() =>
        Storage.All.GroupBy(request => PurposeOf(request.Account)).Select(group => (group.Key, group.Sum(request => request.Count))).OrderByDescending(share => share.Item2);

    private static string PurposeOf(string account) => account switch
    {
        Azurite.StateAccount => "state",
        Azurite.DurableAccount => "durable functions",
        _ => "the host",
    };

    private object Share((string Name, long Count) share) => new { share.Name, share.Count, PerRecord = PerRecord(share.Count) };

    private IEnumerable<string[]> Shares(string prefix, IEnumerable<(string Name, long Count)> shares) =>
        shares.Select(share => (string[])[prefix + share.Name, ARecord(share.Count)]);

    /// <summary>What disturbed the figures.</summary>
    private double? Others() => Use.MachineCpuSeconds - CpuSeconds;

    private string Describe(ProcessUse process)
    {
        if (process.CpuSeconds is not { } cpu)
            return "ended meanwhile, and was started again";
        var memory = process.PeakMemoryMiB is { } peak ? $", {peak:N0} MiB at most" : "";
        return $"{cpu:N1} s of processor time, {cpu * 1000 / Records:0.00} ms a record{memory}";
    }

    private double PerRecord(long count) => (double)count / Records;

    private string ARecord(long count) => $"{PerRecord(count):0.00} a record ({count:N0})";
}
