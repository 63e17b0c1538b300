using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Vendor calls of a day, counted for a connection by all instances of the app together.</summary>
public sealed class BudgetStore(StateTables tables, IdSource ids)
{
    /// <summary>Takes calls from the day's budget.</summary>
    /// <returns>How many were granted: all, what was left, or none.</returns>
    public async Task<int> UseAsync(TenantId tenant, ConnectionId connection, DateOnly day, int calls, int limit, CancellationToken cancellation)
    {
        while (true)
        {
            var row = await FindAsync(tenant, connection, day, cancellation);
            var used = row?.Number("Used") ?? 0;
            var granted = Math.Clamp(limit - used, 0, calls);
            if (granted == 0) return 0;

            // Another instance may count up to the same number: the stamp tells whose write it was when an answer was lost.
            var next = Row.New(Keys.Connection(tenant, connection), Keys.Day(day))
                .Put("Used", (int?)(used + granted))
                .Put("Stamp", ids.NewStamp());
            if (await tables.Budgets.WriteAsync(next, row?.ETag, cancellation) is not null) return granted;
        }
    }

    /// <returns>How many calls were taken so far.</returns>
    public async Task<int> ReadAsync(TenantId tenant, ConnectionId connection, DateOnly day, CancellationToken cancellation) =>
        (await FindAsync(tenant, connection, day, cancellation))?.Number("Used") ?? 0;

    private Task<TableEntity?> FindAsync(TenantId tenant, ConnectionId connection, DateOnly day, CancellationToken cancellation) =>
        tables.Budgets.GetAsync(Keys.Connection(tenant, connection), Keys.Day(day), cancellation);
}
