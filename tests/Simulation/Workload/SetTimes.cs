using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Workload;

/// <summary>
/// How the flow was set when. A change of settings takes effect with what begins after it: from when somebody asks for one until nothing is
/// at work that began before, nothing is said.
/// </summary>
public sealed class SetTimes
{
    private readonly List<SetTime> _times = [];

    public SetTime? At(DateTimeOffset at) => _times.FindLast(time => time.From <= at) is { } found && (found.Until is not { } until || at < until) ? found : null;

    /// <summary>From now on this holds, unless it has since before.</summary>
    public void Settled(DateTimeOffset now, FlowSettings settings, bool isOn)
    {
        if (_times.LastOrDefault() is not { Until: null }) _times.Add(new SetTime(now, settings, isOn));
    }

    /// <summary>Somebody is about to change it.</summary>
    public void Unsettled(DateTimeOffset now)
    {
        if (_times.LastOrDefault() is { Until: null } last) _times[^1] = last with { Until = now };
    }
}

public sealed record SetTime(DateTimeOffset From, FlowSettings Settings, bool IsOn, DateTimeOffset? Until = null);
