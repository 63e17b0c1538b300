using System.Text.Json;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>The rows of a link partition.</summary>
internal static class LinkRows
{
    public const int MaxLinkSize = 48 * 1024;

    /// <exception cref="LinkTooLargeException"/>
    public static TableEntity ToRow(LinkScope scope, Link link)
    {
        if (link.Kind != scope.Kind) throw new ArgumentException($"A link of kind '{link.Kind}' does not belong to {scope}.", nameof(link));
        var row = Row.New(Keys.LinkPartition(scope), Keys.Link(link.Id))
            .Put("Link", link.Id.Value)
            .Put<LinkState>("State", link.State)
            .PutId("LeftId", link.LeftId)
            .PutId("RightId", link.RightId)
            .PutJson("LeftBase", link.Bases.Left)
            .PutJson("RightBase", link.Bases.Right)
            .Put("CreatedFrom", link.CreatedFrom)
            .Put("LockSource", link.Lock?.Source)
            .Put("LockUntil", link.Lock?.Until)
            .PutClipped("Reason", link.Reason, 1000)
            .Put("StateSince", link.StateSince)
            .Put("PausedBy", link.PausedBy)
            .Put("RestingSince", link.RestingSince)
            .Put("Final", link.Final ? true : (bool?)null)
            .Put("Outside", link.Outside == Outside.Neither ? null : (int?)link.Outside)
            .Put("FilterHash", link.FilterHash)
            .PutClipped("LeftNote", link.Notes.Left, 1000)
            .PutClipped("RightNote", link.Notes.Right, 1000);
        if (!link.Writes.Items.IsEmpty) row.PutJson("Writes", link.Writes);
        if (link.Intent is not null) row.PutJson("Intent", link.Intent);
        if (link.LeftMemory != LinkMemory.None) row.PutJson("LeftMemory", link.LeftMemory);
        if (link.RightMemory != LinkMemory.None) row.PutJson("RightMemory", link.RightMemory);
        var size = Row.StoredSize(row);
        return size <= MaxLinkSize ? row : throw new LinkTooLargeException(link.Id, size);
    }

    public static Link ToLink(LinkScope scope, TableEntity row) => new(new LinkId(row.Text("Link")), scope.Kind)
    {
        State = row.Enum<LinkState>("State"),
        LeftId = row.IdOrNull("LeftId"),
        RightId = row.IdOrNull("RightId"),
        Bases = new Bases(row.Json<FieldSet>("LeftBase"), row.Json<FieldSet>("RightBase")),
        CreatedFrom = row.EnumOrNull<Side>("CreatedFrom"),
        Lock = row.EnumOrNull<Side>("LockSource") is { } source ? new LoopLock(source, row.Time("LockUntil")) : null,
        Intent = row.ContainsKey("Intent") ? row.Json<Intent>("Intent") : null,
        Reason = row.GetString("Reason"),
        StateSince = row.TimeOrNull("StateSince"),
        PausedBy = row.EnumOrNull<PauseCause>("PausedBy"),
        RestingSince = row.TimeOrNull("RestingSince"),
        Final = row.GetBoolean("Final") ?? false,
        Outside = (Outside)(row.GetInt32("Outside") ?? 0),
        FilterHash = row.GetString("FilterHash"),
        Notes = new LinkNotes(row.GetString("LeftNote"), row.GetString("RightNote")),
        LeftMemory = row.ContainsKey("LeftMemory") ? row.Json<LinkMemory>("LeftMemory") : LinkMemory.None,
        RightMemory = row.ContainsKey("RightMemory") ? row.Json<LinkMemory>("RightMemory") : LinkMemory.None,
        Writes = row.ContainsKey("Writes") ? row.Json<RecentWrites>("Writes") : RecentWrites.None,
    };

    public static TableEntity ToRow(LinkScope scope, LinkEvent told) => Row.New(Keys.LinkPartition(scope), Keys.Event(told.Id))
        .Put("Event", told.Id)
        .Put("Link", told.Link.Value)
        .Put<Side>("Source", told.Source)
        .Put<ReactionEvent>("What", told.What)
        .PutJson("Before", told.Before)
        .PutJson("Status", told.Status)
        .PutJson("Do", told.Do)
        .Put("At", told.At)
        .Put("DueAt", told.DueAt)
        .Put("Attempts", (int?)told.Attempts);

    public static LinkEvent ToEvent(TableEntity row) => new(
        row.Text("Event"), new LinkId(row.Text("Link")), row.Enum<Side>("Source"), row.Enum<ReactionEvent>("What"), row.Json<string>("Before"), row.Json<string>("Status"), row.Json<ReactionDo>("Do"), row.Time("At"), row.Time("DueAt"))
    {
        Attempts = row.Number("Attempts"),
    };

    // "No link" is an empty text: a filter cannot ask for a property that is not there.
    public static TableEntity ToRow(LinkScope scope, IndexEntry entry) => Row.New(Keys.LinkPartition(scope), Keys.Index(entry.Side, entry.RecordId))
        .PutId("Record", entry.RecordId)
        .Put("Link", entry.Link?.Value ?? "")
        .Put("Tombstone", entry.Tombstone)
        .Put("IsOlder", entry.IsOlder)
        .PutJson("MatchKeys", entry.MatchKeys.Select(Keys.Escape))
        .PutClipped("Label", entry.Label, 500)
        .Put("Hash", entry.Hash)
        .Put("SeenAt", entry.SeenAt)
        .PutClipped("Reason", entry.Reason, 1000)
        .Put("AwaitsEdit", entry.AwaitsEdit)
        .Put("FirstKind", entry.First?.Kind)
        .Put("FirstSide", entry.First?.Side)
        .PutId("FirstRecord", entry.First?.RecordId)
        .PutBytes("Marks", entry.Marks == Marks.None ? null : JsonSerializer.SerializeToUtf8Bytes(entry.Marks, StateJson.Options));

    public static IndexEntry ToEntry(Side side, TableEntity row) => new(side, row.Id("Record"))
    {
        Link = row.Text("Link") is { Length: > 0 } link ? new LinkId(link) : null,
        Tombstone = row.Flag("Tombstone"),
        IsOlder = row.Flag("IsOlder"),
        MatchKeys = [.. row.Json<string[]>("MatchKeys").Select(Keys.Unescape)],
        Label = row.Text("Label"),
        Hash = row.GetString("Hash"),
        SeenAt = row.Time("SeenAt"),
        Reason = row.GetString("Reason"),
        AwaitsEdit = row.GetBoolean("AwaitsEdit") == true,
        First = row.GetString("FirstKind") is { } first ? new AwaitedRecord(first, row.Enum<Side>("FirstSide"), row.Id("FirstRecord")) : null,
        Marks = row.ContainsKey("Marks") ? row.Json<Marks>("Marks") : Marks.None,
    };

    public static TableEntity MatchRow(LinkScope scope, IndexEntry entry, string matchKey) =>
        Row.New(Keys.LinkPartition(scope), Keys.Match(entry.Side, matchKey, entry.RecordId)).PutId("Record", entry.RecordId);

    public static TableEntity OpenCreateRow(LinkScope scope, OpenCreate create) =>
        Row.New(Keys.LinkPartition(scope), Keys.OpenCreate(create.Target, create.Link)).Put("Link", create.Link.Value);

    public static TableEntity ToRow(LinkScope scope, WorkItem item)
    {
        if (item.Kind != scope.Kind) throw new ArgumentException($"Work of kind '{item.Kind}' does not belong to {scope}.", nameof(item));
        return Row.New(Keys.LinkPartition(scope), Keys.Work(item.Side, item.RecordId))
            .Put<Side>("Side", item.Side)
            .PutId("Record", item.RecordId)
            .Put<WorkReason>("Reason", item.Reason)
            .Put("DueAt", item.DueAt)
            .Put("Attempts", (int?)item.Attempts)
            .PutClipped("Detail", item.Detail, 2000)
            .Put("AwaitsKind", item.Awaits?.Kind)
            .Put("AwaitsSide", item.Awaits?.Side)
            .PutId("AwaitsRecord", item.Awaits?.RecordId)
            .Put("FirstAt", item.FirstAt)
            .Put("Link", item.Link?.Value)
            .Put("HadPlan", item.HadPlan ? true : (bool?)null)
            .Put("Trace", item.Trace);
    }

    public static WorkItem ToWork(LinkScope scope, TableEntity row) =>
        new(scope.Kind, row.Enum<Side>("Side"), row.Id("Record"), row.Enum<WorkReason>("Reason"), row.Time("DueAt"))
        {
            Attempts = row.Number("Attempts"),
            Detail = row.GetString("Detail"),
            Awaits = row.GetString("AwaitsKind") is { } kind ? new AwaitedRecord(kind, row.Enum<Side>("AwaitsSide"), row.Id("AwaitsRecord")) : null,
            FirstAt = row.Time("FirstAt"),
            Link = row.GetString("Link") is { } link ? new LinkId(link) : null,
            HadPlan = row.GetBoolean("HadPlan") == true,
            Trace = row.GetString("Trace"),
        };
}
