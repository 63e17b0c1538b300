using System.Collections.Concurrent;
using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>The daily budgets of all connections that this instance of the app uses.</summary>
public sealed class CallBudgets(BudgetStore store, TimeProvider time)
{
    // A budget stays for the life of the process: some hundred bytes for each connection that was ever used.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId), StoredCallBudget> _budgets = new();

    public ICallBudget Of(SystemCatalog catalog, StoredConnection connection, ImmutableDictionary<string, string> settings)
    {
        if (DailyLimit(catalog, settings) is not { } limit) return UnlimitedCalls.Instance;
        var budget = _budgets.GetOrAdd((connection.Tenant, connection.Id), key => new StoredCallBudget(key.Item1, key.Item2, store, time));
        budget.Limit = limit;
        return budget;
    }

    /// <summary>Null where the vendor has none.</summary>
    public static int? DailyLimit(SystemCatalog catalog, ImmutableDictionary<string, string> settings) =>
        catalog.DailyCalls.IsEmpty
            ? null
            : catalog.DailyCalls.TryGetValue(settings.GetValueOrDefault(SystemSettings.Plan, ""), out var limit) ? limit : catalog.DailyCalls.Values.Min();

    /// <summary>Calls that were made today, as far as this instance knows: what it has taken but not used does not count.</summary>
    public async Task<int> UsedTodayAsync(TenantId tenant, ConnectionId connection, CancellationToken cancellation)
    {
        var day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var taken = await store.ReadAsync(tenant, connection, day, cancellation);
        return Math.Max(0, taken - (_budgets.TryGetValue((tenant, connection), out var budget) ? budget.Unused(day) : 0));
    }
}

/// <summary>
/// A connection's calls of a day, counted by all instances together. They are taken in blocks of a hundredth of the day's limit, five
/// at least, so that a call does not cost a storage operation; what is left of a block when the process ends is lost for the day.
/// </summary>
internal sealed class StoredCallBudget(TenantId tenant, ConnectionId connection, BudgetStore store, TimeProvider time) : ICallBudget
{
    private const int SmallestBlock = 5;

    private readonly CallGate _gate = new(1);
    private (DateOnly Day, int Left) _block;

    /// <summary>The vendor's limit a day; a tenant may move to another plan at any time.</summary>
    public int Limit { get; set; }

    public async ValueTask<DateTimeOffset?> TakeAsync(CancellationToken cancellation)
    {
        await _gate.EnterAsync(cancellation);
        try
        {
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            if (_block.Day != today || _block.Left == 0)
                _block = (today, await store.UseAsync(tenant, connection, today, BlockOf(Limit), Limit, cancellation));
            if (_block.Left == 0) return ResetsAt(today);
            _block.Left--;
            return null;
        }
        finally
        {
            _gate.Leave();
        }
    }

    public int Unused(DateOnly day)
    {
        var block = _block;
        return block.Day == day ? block.Left : 0;
    }

    internal static int BlockOf(int limit) => Math.Max(SmallestBlock, limit / 100);

    internal static DateTimeOffset ResetsAt(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
}
