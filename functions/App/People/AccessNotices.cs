using Azure;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Notices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>
/// Tells a tenant's people of every change of who, or what, may come in. What was done stays done, and its answer, which may be the only
/// one with a key, goes out: neither a failure of this nor a caller who has gone takes it back.
/// </summary>
public sealed partial class AccessNotices(NoticeOutbox outbox, IdSource ids, ILogger<AccessNotices> log)
{
    /// <param name="tenant">Whose people and keys they are.</param>
    /// <param name="flow">Null: it is the tenant's.</param>
    /// <param name="what">Has been done, as a title: no secret.</param>
    /// <param name="who">Has done it.</param>
    /// <param name="told">The person whose own access it is, who gets a mail of their own; null: there is none, or no address.</param>
    public async Task RaiseAsync(TenantId tenant, FlowId? flow, string what, string who, ToldPerson? told = null)
    {
        try
        {
            await outbox.RaiseAsync(tenant, flow, NoticeEvent.KeyChanged, ids.NewId(), [(NoticeFact.What, NoticeText.OneLine(what)), (NoticeFact.Who, NoticeText.OneLine(who)), .. told?.Facts() ?? []], CancellationToken.None);
        }
        catch (RequestFailedException exception)
        {
            Log.NotRaised(log, exception, tenant);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Nobody of {Tenant} is told that who may come in was changed: the notice could not be stored.")]
        public static partial void NotRaised(ILogger log, Exception exception, TenantId tenant);
    }
}

/// <summary>What somebody is told of their own account.</summary>
/// <param name="Email">Where they are told.</param>
/// <param name="What">Has been done, as a title: no secret.</param>
/// <param name="Advice">What to do if it should not have been.</param>
/// <param name="From">The address that it was done from; null where that is unknown, or not theirs to know.</param>
public sealed record ToldPerson(string Email, string What, string Advice, string? From = null)
{
    internal IEnumerable<(string Name, string Value)> Facts() =>
        [(NoticeFact.Person, Email), (NoticeFact.Yours, What), (NoticeFact.Advice, Advice), .. From is null ? Array.Empty<(string, string)>() : [(NoticeFact.From, From)]];
}
