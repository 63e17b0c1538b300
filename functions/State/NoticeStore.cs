using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>What is to be told, and how far it has come. A partition a tenant.</summary>
public sealed class NoticeStore(StateTables tables, IdSource ids)
{
    /// <returns>False where the same was raised before.</returns>
    public async Task<bool> InsertAsync(Notice notice, CancellationToken cancellation) =>
        await tables.Notices.InsertAsync(ToRow(notice), cancellation) is not null;

    public async Task<Versioned<Notice>?> GetAsync(TenantId tenant, string name, CancellationToken cancellation) =>
        (await tables.Notices.GetAsync(Keys.Tenant(tenant), Keys.Notice(name), cancellation))?.As(FromRow);

    /// <returns>False where somebody else was faster.</returns>
    public async Task<bool> ReplaceAsync(Versioned<Notice> notice, CancellationToken cancellation) =>
        await tables.Notices.ReplaceAsync(ToRow(notice.Value), notice.ETag, cancellation) is not null;

    /// <returns>False where it exists.</returns>
    public async Task<bool> InsertDeliveryAsync(NoticeDelivery delivery, CancellationToken cancellation) =>
        await tables.Notices.InsertAsync(ToRow(delivery), cancellation) is not null;

    public async Task<Versioned<NoticeDelivery>?> GetDeliveryAsync(TenantId tenant, string id, CancellationToken cancellation) =>
        (await tables.Notices.GetAsync(Keys.Tenant(tenant), Keys.Delivery(id), cancellation))?.As(ToDelivery);

    /// <returns>The delivery with its new version, or null where somebody else was faster.</returns>
    public async Task<Versioned<NoticeDelivery>?> ReplaceDeliveryAsync(Versioned<NoticeDelivery> delivery, CancellationToken cancellation) =>
        await tables.Notices.ReplaceAsync(ToRow(delivery.Value), delivery.ETag, cancellation) is { } version ? delivery with { ETag = version } : null;

    /// <summary>The newest first.</summary>
    public async Task<Page<NoticeDelivery>> ListDeliveriesAsync(TenantId tenant, DeliveryState? state, string? continuation, int max, CancellationToken cancellation)
    {
        var condition = state?.ToString() is { } name ? Filter.Where($"State eq {name}") : null;
        var page = await tables.Notices.PageAsync(Keys.Tenant(tenant), Keys.Deliveries, condition, continuation, max, cancellation);
        return new([.. page.Items.Select(ToDelivery)], page.Continuation);
    }

    /// <summary>What ought to have been seen to by then: its message was lost, or whoever had it has died.</summary>
    public async Task<(IReadOnlyList<Notice> Notices, IReadOnlyList<NoticeDelivery> Deliveries)> OverdueAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellation)
    {
        var mine = Filter.Partition(Keys.Tenant(tenant));
        var due = Filter.Where($"DueAt lt {before}");
        var rows = await tables.Notices.ListAsync(Filter.And(mine, due), int.MaxValue, cancellation);
        return (
            [.. rows.Where(row => Keys.IsNotice(row.RowKey)).Select(FromRow)],
            [.. rows.Where(row => !Keys.IsNotice(row.RowKey)).Select(ToDelivery)]);
    }

    public async Task<Versioned<NoticeRules>?> GetRulesAsync(TenantId tenant, CancellationToken cancellation) =>
        (await tables.Notices.GetAsync(Keys.Tenant(tenant), Keys.NoticeRules, cancellation))?.As(row => row.Json<NoticeRules>("Rules"));

    /// <summary>Those of all tenants that have written some, in one query.</summary>
    public async Task<IReadOnlyList<(TenantId Tenant, Versioned<NoticeRules> Rules)>> ListRulesAsync(CancellationToken cancellation) =>
    [
        .. from row in await tables.Notices.ListAsync(Filter.Row(Keys.NoticeRules), int.MaxValue, cancellation)
           select (new TenantId(Keys.Unescape(row.PartitionKey)), row.As(rules => rules.Json<NoticeRules>("Rules"))),
    ];

    /// <summary>Inserts the rules where none are expected, otherwise replaces the expected ones.</summary>
    /// <returns>The new version, or null where they are others by now.</returns>
    public Task<ETag?> PutRulesAsync(TenantId tenant, NoticeRules rules, ETag? expected, CancellationToken cancellation) =>
        tables.Notices.WriteAsync(Row.New(Keys.Tenant(tenant), Keys.NoticeRules).PutJson("Rules", rules), expected, cancellation);

    /// <summary>What users want less than the rules give them, by their ids.</summary>
    public async Task<IReadOnlyDictionary<string, NoticeWishes>> ListWishesAsync(TenantId tenant, CancellationToken cancellation)
    {
        var filter = Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.In(Keys.AllNoticeWishes));
        return (await tables.Notices.ListAsync(filter, int.MaxValue, cancellation)).ToDictionary(row => row.Text("User"), row => row.Json<NoticeWishes>("Wishes"));
    }

    public async Task<Versioned<NoticeWishes>?> GetWishesAsync(TenantId tenant, string user, CancellationToken cancellation) =>
        (await tables.Notices.GetAsync(Keys.Tenant(tenant), Keys.NoticeWishes(user), cancellation))?.As(row => row.Json<NoticeWishes>("Wishes"));

    /// <summary>Inserts where nothing is expected, otherwise replaces what is.</summary>
    public Task<ETag?> PutWishesAsync(TenantId tenant, string user, NoticeWishes wishes, ETag? expected, CancellationToken cancellation) =>
        tables.Notices.WriteAsync(Row.New(Keys.Tenant(tenant), Keys.NoticeWishes(user)).Put("User", user).PutJson("Wishes", wishes), expected, cancellation);

    /// <summary>Takes away what was told before that time.</summary>
    public async Task RemoveBeforeAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellation)
    {
        await AppendLog.RemoveAsync(tables.Notices, Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.In(Keys.DeliveriesOlderThan(before))), cancellation);
        await AppendLog.RemoveAsync(tables.Notices, Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.In(Keys.Notices), Filter.Where($"At lt {before}")), cancellation);
    }

    private static TableEntity ToRow(Notice notice) => Put(Row.New(Keys.Tenant(notice.Tenant), Keys.Notice(notice.Name)), notice)
        .Put("DueAt", notice.SpreadAt is null ? notice.At : null)
        .Put("SpreadAt", notice.SpreadAt);

    // Two workers may claim a delivery at the same moment: the stamp tells whose write it was when an answer was lost.
    private TableEntity ToRow(NoticeDelivery delivery) => Put(Row.New(Keys.Tenant(delivery.Tenant), Keys.Delivery(delivery.Id)), delivery.Notice)
        .Put<NoticeChannel>("Channel", delivery.Channel)
        .PutId("Target", delivery.Target)
        .Put("Rule", delivery.Rule)
        .Put("To", delivery.To)
        .Put<DeliveryState>("State", delivery.State)
        .Put("Attempts", (int?)delivery.Attempts)
        .Put("DueAt", delivery.NextAt)
        .Put("LastAt", delivery.LastAt)
        .PutClipped("Answer", delivery.Answer, 1000)
        .Put("Stamp", ids.NewStamp());

    private static TableEntity Put(TableEntity row, Notice notice) => row
        .Put("Tenant", notice.Tenant.Value)
        .Put<NoticeEvent>("Event", notice.Event)
        .Put("Flow", notice.Flow?.Value)
        .PutId("About", notice.About)
        .Put("At", notice.At)
        .PutJson("Facts", notice.Facts);

    private static Notice FromRow(TableEntity row) =>
        new(new TenantId(row.Text("Tenant")), row.Enum<NoticeEvent>("Event"), row.GetString("Flow") is { } flow ? new FlowId(flow) : null, row.Id("About"), row.Time("At"))
        {
            Facts = row.Json<ImmutableSortedDictionary<string, string>>("Facts"),
            SpreadAt = row.TimeOrNull("SpreadAt"),
        };

    private static NoticeDelivery ToDelivery(TableEntity row) =>
        new(new TenantId(row.Text("Tenant")), Keys.DeliveryId(row.RowKey), FromRow(row), row.Enum<NoticeChannel>("Channel"), row.Id("Target"))
        {
            Rule = row.GetString("Rule"),
            To = row.Text("To"),
            State = row.Enum<DeliveryState>("State"),
            Attempts = row.Number("Attempts"),
            NextAt = row.TimeOrNull("DueAt"),
            LastAt = row.TimeOrNull("LastAt"),
            Answer = row.GetString("Answer"),
        };
}
