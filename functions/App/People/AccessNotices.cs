using SyncFunctions.App.Notices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Tells a tenant's people of every change of who, or what, may come in.</summary>
public sealed class AccessNotices(NoticeOutbox outbox, IdSource ids)
{
    /// <param name="tenant">Whose people and keys they are.</param>
    /// <param name="what">Has been done, as a title: no secret.</param>
    /// <param name="who">Has done it.</param>
    /// <param name="cancellation">The caller's.</param>
    public Task RaiseAsync(TenantId tenant, string what, string who, CancellationToken cancellation) =>
        outbox.RaiseAsync(tenant, null, NoticeEvent.KeyChanged, ids.NewId(), [(NoticeFact.What, what), (NoticeFact.Who, who)], cancellation);
}
