namespace SyncFunctions.Connectors;

/// <summary>For systems without a budget, and for tests.</summary>
public sealed class UnlimitedCalls : ICallBudget
{
    public static readonly UnlimitedCalls Instance = new();

    private UnlimitedCalls()
    {
    }

    public ValueTask<DateTimeOffset?> TakeAsync(CancellationToken cancellation) => default;
}
