using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SyncFunctions.State;

/// <summary>
/// One clock for all instances of the app: the storage service's. Machines' clocks differ, and what one instance stamps (the end of an
/// intent, since when a link is what it is) another compares with its own: minutes of difference would take a write that is still under
/// way for lost, or a record that does not show yet for deleted. Every answer of storage tells its time, so this costs no call.
/// </summary>
/// <param name="own">The machine's clock; timers are its own.</param>
public sealed class StorageClock(TimeProvider own) : TimeProvider
{
    /// <summary>The header has whole seconds.</summary>
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>No two instances differ by more, as long as storage answers within a second now and then.</summary>
    public static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    private long _ahead;

    /// <summary>How far storage's clock is known to be ahead of the machine's.</summary>
    public TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override long TimestampFrequency => own.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => own.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => own.GetUtcNow() + Ahead;

    public override long GetTimestamp() => own.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => own.CreateTimer(callback, state, dueTime, period);

    /// <summary>Has it see the answers that a client of the service gets.</summary>
    public void Watch(ClientOptions options) => options.AddPolicy(new DatePolicy(this, own), HttpPipelinePosition.PerRetry);

    /// <summary>
    /// The answer was dated between being asked for and being there: as far as that allows the clock stays as it is, and otherwise moves as
    /// little as it must. So a machine whose clock is right keeps its own time, and an answer that took long moves nothing.
    /// </summary>
    internal void Answered(DateTimeOffset date, DateTimeOffset sentAt, DateTimeOffset answeredAt)
    {
        var (least, most) = (date - answeredAt, date + Second - sentAt);
        var before = Ahead;
        var after = before < least ? least : before > most ? most : before;

        // The machine's clock was put back meanwhile: the next answer will tell.
        if (least > most || after == before) return;
        Interlocked.Exchange(ref _ahead, after.Ticks);
    }

    private sealed class DatePolicy(StorageClock clock, TimeProvider own) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.SetProperty(typeof(DatePolicy), own.GetUtcNow());

        public override void OnReceivedResponse(HttpMessage message)
        {
            // The one form that the service uses; to try them all takes as long as much of the call.
            if (message.Response.Headers.TryGetValue("Date", out var text) && DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && message.TryGetProperty(typeof(DatePolicy), out var sentAt))
                clock.Answered(date, (DateTimeOffset)sentAt!, own.GetUtcNow());
        }
    }
}
