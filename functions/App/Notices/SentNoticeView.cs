using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A notice on its way to one address.</summary>
/// <param name="At">When what it tells happened.</param>
/// <param name="To">The address; that of Teams shortened.</param>
/// <param name="Rule">By which it comes.</param>
/// <param name="Answer">What the last attempt came to.</param>
public sealed record SentNoticeView(
    string Id, NoticeEvent Event, string? Flow, DateTimeOffset At, string Title, NoticeChannel Channel, string To, string? Rule, DeliveryState State, int Attempts, DateTimeOffset? LastAt, DateTimeOffset? NextAt, string? Answer)
{
    public static SentNoticeView Of(NoticeDelivery delivery) => new(
        delivery.Id,
        delivery.Notice.Event,
        delivery.Notice.Flow?.Value,
        delivery.Notice.At,
        NoticeText.Of(delivery.Notice, delivery.Tenant.Value, delivery.Notice.Flow?.Value ?? "").Title,
        delivery.Channel,
        delivery.To,
        delivery.Rule,
        delivery.State,
        delivery.Attempts,
        delivery.LastAt,
        delivery.NextAt,
        delivery.Answer);
}
