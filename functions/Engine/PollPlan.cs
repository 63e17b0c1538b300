namespace SyncFunctions.Engine;

/// <summary>How often a flow may be polled so that a vendor's daily budget lasts until the day's end.</summary>
/// <param name="Every">The pace that the budget allows on average.</param>
/// <param name="Next">The earliest time for the next poll.</param>
public sealed record PollPlan(TimeSpan Every, DateTimeOffset Next, bool IsSlowedByBudget)
{
    /// <summary>Polls leave this part of a day's calls to writes and to people.</summary>
    public const double PollShare = 0.8;

    /// <summary>Polls may run ahead of the day by this part of their share, so that a quiet morning is not waited for.</summary>
    public const double HeadStart = 0.25;

    /// <param name="wanted">The interval that the flow asks for.</param>
    /// <param name="used">Calls made today, by everything that shares the budget.</param>
    /// <param name="dailyCalls">The vendor's daily limit, or null where it has none.</param>
    /// <param name="callsPerPoll">Calls that one poll of all flows on this connection makes.</param>
    /// <param name="evenly">No poll runs ahead of the day.</param>
    public static PollPlan For(DateTimeOffset now, TimeSpan wanted, int used, int? dailyCalls, int callsPerPoll, bool evenly = false)
    {
        if (dailyCalls is not { } limit || callsPerPoll == 0) return new PollPlan(wanted, now + wanted, false);
        var share = limit * PollShare;
        var pace = TimeSpan.FromDays(callsPerPoll / share);
        if (evenly && pace > wanted) return For(now, pace, used, dailyCalls, callsPerPoll) with { IsSlowedByBudget = true };
        var dayStart = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);

        // After this poll (used + callsPerPoll) calls are spent; they are earned once the day has come so far.
        var earnedAt = dayStart + TimeSpan.FromDays(Math.Clamp(((used + callsPerPoll) / share) - HeadStart, 0, 1));
        var next = earnedAt > now + wanted ? earnedAt : now + wanted;
        return new PollPlan(wanted > pace ? wanted : pace, next, pace > wanted || earnedAt > now + wanted);
    }
}
