namespace DurableTask.Core.History;

/// <summary>An event of an orchestration's history. The embedded client hands none out, as the genuine one of the extension does not.</summary>
public abstract class HistoryEvent
{
    /// <summary>The event's number; -1 where it has none.</summary>
    public int EventId { get; private set; } = -1;

    /// <summary>Whether it was played before.</summary>
    public bool IsPlayed { get; set; }

    /// <summary>When it was recorded, UTC.</summary>
    public DateTime Timestamp { get; set; }
}
