namespace SyncFunctions.Simulation.Service;

/// <summary>Something that an instance of the app is about to do: it waits until it may go on.</summary>
public sealed class Step(AppInstance instance, string name)
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly TaskCompletionSource _turn = new();

    public AppInstance Instance => instance;

    public string Name => name;

    /// <summary>Counts from 1 over all instances.</summary>
    public int Number { get; set; }

    /// <summary>The instance dies when this is done.</summary>
    public bool KillsAfter { get; set; }

    internal Task Turn => _turn.Task;

    internal void GoOn() => _turn.SetResult();

    /// <summary>To be awaited when it was done: an instance that died does not hear of it.</summary>
    internal Task DoneAsync()
    {
        if (KillsAfter) instance.Kill();
        return instance.IsDead ? Never : Task.CompletedTask;
    }
}
