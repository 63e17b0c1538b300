using System.Collections.Immutable;
using SyncFunctions.App.Access;
using SyncFunctions.App.Setup;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Somebody who gets a notice by mail.</summary>
/// <param name="Reaches">By their groups; empty: they may see everything, or are no user of whom that is known.</param>
internal sealed record Reader(string Address, ImmutableArray<Reach> Reaches)
{
    public bool MaySee(FlowId flow) => Reaches.IsEmpty || Reaches.Any(reach => reach.Has(flow));

    /// <param name="concerned">Null: the whole tenant, which those may see whom no group keeps to some flows.</param>
    public bool MaySee(ImmutableHashSet<FlowId>? concerned) => concerned is null ? Reaches.IsEmpty || Reaches.Any(reach => reach.Flows is null) : concerned.Any(MaySee);
}

/// <summary>Whom a rule means, as far as they want to know and may.</summary>
public sealed class NoticeAudience(FlowStore flows, MemberStore members, NoticeStore notices)
{
    /// <param name="mail">Whom the rule names.</param>
    /// <param name="notice">What they would be told.</param>
    /// <param name="concerned">The flows that it is about; null: the whole tenant.</param>
    /// <param name="cancellation">The caller's.</param>
    internal async Task<IReadOnlyList<Reader>> OfAsync(MailTargets mail, Notice notice, ImmutableHashSet<FlowId>? concerned, CancellationToken cancellation)
    {
        var told = await ToldAlreadyAsync(notice, cancellation);
        var all = await members.ListAsync(notice.Tenant, cancellation);
        var wishes = await notices.ListWishesAsync(notice.Tenant, cancellation);
        var access = (await members.AccessAsync(notice.Tenant, cancellation)).Value;

        // Whoever is a user is told as one, also where a rule names the address alone.
        var users = all.Where(member => member.Email is not null).ToLookup(member => member.Email!, StringComparer.OrdinalIgnoreCase);
        var meant = all.Where(member => member.Email is not null && (mail.Roles.Contains(member.Role) || mail.Users.Contains(member.Person.Value) || member.Groups.Any(mail.Groups.Contains)))
            .Select(member => member.Email!)
            .Concat(mail.Addresses)
            .Distinct(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. from address in meant
               where !string.Equals(address, told, StringComparison.OrdinalIgnoreCase)
               let user = users[address].FirstOrDefault()
               where user is null || (!user.IsDisabled && (wishes.GetValueOrDefault(user.Person.Value) ?? NoticeWishes.None).Wants(notice.Event))
               let reader = new Reader(address, user is null ? [] : Callers.Reaches(user.Groups, access))
               where notice.Event is NoticeEvent.DailyDigest or NoticeEvent.Test || reader.MaySee(concerned)
               select reader,
        ];
    }

    /// <summary>Whoever began an import in the wizard gets a mail with its report, and no second one.</summary>
    private async Task<string?> ToldAlreadyAsync(Notice notice, CancellationToken cancellation)
    {
        if (notice is not { Event: NoticeEvent.ImportFinished, Flow: { } flow } || notice.Facts[NoticeFact.Problem].Length > 0) return null;
        var setup = await flows.GetDocumentAsync<SetupDocument>(new FlowKey(notice.Tenant, flow), SetupDocument.Name, StateJson.Options, cancellation);
        return setup?.Value.Import is { Notify: { } began } import && (import.Run is null || import.Run == new RunId(notice.Facts[NoticeFact.Run])) ? began : null;
    }
}
