using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// Who goes on next. All instances live on one thread: each runs until its next effect and waits there; the seed picks one of those
/// that wait. Effects take a little time, and when nobody can go on, the clock jumps to what is due next.
/// </summary>
public sealed class Steps(SimulatedClock clock, Random random, Trace trace)
{
    private static readonly Task<Step> Never = new TaskCompletionSource<Step>().Task;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Step> _waiting = [];
    private readonly List<Func<Action?>> _sources = [];
    private readonly List<Action> _ready = [];

    /// <summary>May kill the instance before the step or have it die right after it.</summary>
    public Action<Step>? Before { get; set; }

    /// <summary>Effects so far.</summary>
    public int Count { get; private set; }

    /// <summary>Somebody waits for nothing but its turn.</summary>
    public bool AnyWaiting => _waiting.Exists(step => !step.Instance.IsPaused);

    /// <summary>Something that can begin work where there is some: null where there is none now.</summary>
    public void Offer(Func<Action?> source) => _sources.Add(source);

    /// <summary>Waits for this instance's turn.</summary>
    public async Task<Step> TakeAsync(AppInstance instance, string name)
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new NotSupportedException($"Something before '{name}' went on on another thread.");
        if (instance.IsDead) return await Never;
        var step = new Step(instance, name);
        _waiting.Add(step);
        await step.Turn;
        return step;
    }

    public void Forget(AppInstance instance) => _waiting.RemoveAll(step => step.Instance == instance);

    /// <summary>Lets one go on. False where nobody can.</summary>
    public bool Next()
    {
        _ready.Clear();
        foreach (var source in _sources)
        {
            if (source() is { } begin) _ready.Add(begin);
        }

        var able = 0;
        foreach (var step in _waiting)
        {
            if (!step.Instance.IsPaused) able++;
        }

        if (able + _ready.Count == 0) return false;
        var picked = random.Next(able + _ready.Count);
        if (picked >= able)
        {
            _ready[picked - able]();
            return true;
        }

        GoOn(Nth(picked));
        return true;
    }

    private Step Nth(int picked)
    {
        foreach (var step in _waiting)
        {
            if (!step.Instance.IsPaused && picked-- == 0) return step;
        }

        throw new InvalidOperationException("Nobody waits.");
    }

    private void GoOn(Step step)
    {
        _waiting.Remove(step);
        clock.MoveTo(clock.Now + TimeSpan.FromMilliseconds(random.Next(1, 25)));
        // What became due may have ended it.
        if (step.Instance.IsDead) return;
        step.Number = ++Count;
        trace.Add($"{clock.Now:dd HH:mm:ss.fff} {step.Instance.Name} {step.Name}");
        Before?.Invoke(step);
        if (!step.Instance.IsDead) step.GoOn();
    }
}
