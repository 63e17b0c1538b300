using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

// Every partition key, row key and blob name is built here.
//
// A key is made of parts joined by '|'. A part that comes from outside is escaped: ASCII letters, digits and - . _ : @ = , stand
// for themselves, every other UTF-16 code unit becomes '~' and four hexadecimal digits. So the escape is injective, the service's
// forbidden characters (/ \ # ? control characters), '%', '|' and lone surrogates cannot occur, and all keys are ASCII, whose order is
// the same everywhere. A part whose escaped form is longer than 200 characters becomes '~~' and the SHA-256 of the original.
// '}' follows '|' in the code table: the keys that begin with "k|" are those from "k|" up to, not including, "k}".
//
// tenants      all| ; <tenant>                    a tenant
//              <tenant> ; flow|<flow>             points at a flow
//              erased| ; <SHA-256 of a tenant>    one that is being taken away, or was
// connections  <tenant> ; <connection>
// flows        <tenant>|<flow> ; flow             the flow
//                                cursor|<kind>|<side>, hint|<kind>, guard|<lane>, brake|<kind>, doc|<name>
// projects     <tenant>|<flow> ; p<shard>|<link>  a project
//                                q|<link>         a run was asked for it
// due          <shard 00-15> ; <tenant>|<flow>
// links        <tenant>|<flow>|<kind> ; k|<link>  a link
//                                l|<record>, r|<record>         what is known of a left, right record
//                                m|<side>|<key hash>|<record>   an unlinked record by match key
//                                o|<side>|<link>                an open create on that side
//                                w|<side>|<record>              work
//                                e|<event>                      a reaction to an event
// runs         <tenant>|<flow> ; r|<run>          a run
//                                t|<time, newest first>|<run>   points at it
// log          <tenant>|<flow> ; <time, newest first>|<number>|<random>
// apicalls     <tenant>|<connection> ; the same
// activity     <tenant>|<flow> ; <hour, newest first>|<instance>
// locks        <tenant>|<connection> ; <vendor kind>|<record>
// people       <person> ; person           somebody who signs in
//                         s|<SHA-256 of a token>   a session
//                         t|<tenant>       a tenant that they may belong to
// members      <tenant> ; access           how people and machines may come in, and groups
//                         u|<person>, k|<API key>, i|<invitation>
// lookups      <purpose>|<SHA-256 of a secret> ; lookup
// claims       <tenant>|<flow> ; call|<SHA-256 of a caller's key>
//                                new|<kind>|<side>|<SHA-256 of a match key>
//              <tenant>|-, -|- ; ask|<SHA-256 of caller, address and the caller's key>
// budgets      <tenant>|<connection> ; <day>
// conflicts    <tenant>|<flow> ; c|<conflict>     a field that was changed on both sides
//                                t|<time, newest first>|<conflict>   points at it
// notices      <tenant> ; rules                   who is told what
//                         u|<user>                what a user does not want to be told
//                         n|<event>|<flow>|<about>         something that is to be told
//                         d|<time, newest first>-<hash>    on its way to one address
// audit        <tenant>, - where there is none ; <time, newest first>|<number>|<random>
// sweeps       <tenant>/<flow>/<run>/<kind>/<side>/<page>       (blobs)
// plans        <tenant>/<flow>/<run>/<page>                     (blobs: what a dry run would do)
// conflicts    <tenant>/<flow>/<conflict>/<side>                (blobs: values too long for a row)
public static class Keys
{
    /// <summary>Longer escaped ids are replaced by their hash.</summary>
    public const int MaxIdLength = 200;

    public const int DueShards = 16;

    public const int ProjectShards = 8;

    internal const string TenantList = "all|";
    internal const string ErasedList = "erased|";
    internal const string FlowRow = "flow";
    internal const string LookupRow = "lookup";
    internal const string PersonRow = "person";
    internal const string AccessRow = "access";

    internal static readonly KeyRange FlowPointers = KeyRange.Prefix("flow|");
    internal static readonly KeyRange DueShardRange = new("00", DueShards.ToString("D2", CultureInfo.InvariantCulture));
    internal static readonly KeyRange Links = KeyRange.Prefix("k|");
    internal static readonly KeyRange AllWork = KeyRange.Prefix("w|");
    internal static readonly KeyRange AllMatches = KeyRange.Prefix("m|");
    internal static readonly KeyRange Events = KeyRange.Prefix("e|");
    internal static readonly KeyRange RunTimes = KeyRange.Prefix("t|");
    internal static readonly KeyRange ConflictTimes = KeyRange.Prefix("t|");
    internal static readonly KeyRange Sessions = KeyRange.Prefix("s|");
    internal static readonly KeyRange PersonTenants = KeyRange.Prefix("t|");
    internal static readonly KeyRange Members = KeyRange.Prefix("u|");
    internal static readonly KeyRange ApiKeys = KeyRange.Prefix("k|");
    internal static readonly KeyRange Invitations = KeyRange.Prefix("i|");
    internal static readonly KeyRange NewestFirstRange = new("0", ":");

    /// <summary>An id as a part of a key: escaped, or hashed where that would be too long.</summary>
    public static string Part(string id)
    {
        var escaped = Escape(id);
        return escaped.Length <= MaxIdLength ? escaped : $"~~{Sha256(CodeUnits(id))}";
    }

    /// <summary>Injective; see the convention above.</summary>
    public static string Escape(string text)
    {
        if (text.All(IsPlain)) return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var unit in text)
        {
            if (IsPlain(unit)) escaped.Append(unit);
            else escaped.Append('~').Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    public static string Unescape(string escaped)
    {
        if (!escaped.Contains('~')) return escaped;
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '~')
            {
                text.Append(escaped[i]);
                continue;
            }

            text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 4;
        }

        return text.ToString();
    }

    /// <summary>A secret as the key of a look-up: lower-case hexadecimal SHA-256.</summary>
    public static string OfSecret(string secret) => Sha256(Encoding.UTF8.GetBytes(secret));

    /// <summary>The same for the same notice and address, and in the order in which notices were raised, the newest first.</summary>
    public static string DeliveryIdOf(Notice notice, NoticeChannel channel, string target) => $"{NewestFirst(notice.At)}-{OfSecret($"{notice.Name}|{channel}|{target}")[..16]}";

    internal static string DeliveryId(string rowKey) => Unescape(rowKey["d|".Length..]);

    internal static string Tenant(TenantId tenant) => Part(tenant.Value);

    /// <summary>The partitions of a tenant's flows.</summary>
    internal static KeyRange FlowsOf(TenantId tenant) => KeyRange.Prefix($"{Part(tenant.Value)}|");

    internal static string FlowPointer(FlowId flow) => $"flow|{Part(flow.Value)}";

    internal static string Connection(ConnectionId connection) => Part(connection.Value);

    internal static string Connection(TenantId tenant, ConnectionId connection) => $"{Part(tenant.Value)}|{Part(connection.Value)}";

    internal static string Lock(string vendorKind, string recordId) => $"{Part(vendorKind)}|{Part(recordId)}";

    internal static string Flow(FlowKey flow) => $"{Part(flow.Tenant.Value)}|{Part(flow.Flow.Value)}";

    internal static string Guard(Lane lane) => $"guard|{lane}";

    /// <summary>In shards, since a page of the service ends after a thousand rows and the next is known only then.</summary>
    internal static string Project(LinkId link) => $"p{SHA256.HashData(Encoding.UTF8.GetBytes(link.Value))[0] % ProjectShards}|{Part(link.Value)}";

    internal static readonly ImmutableArray<KeyRange> ProjectShardRanges = [.. Enumerable.Range(0, ProjectShards).Select(shard => KeyRange.Prefix($"p{shard}|"))];

    internal static readonly KeyRange Projects = new("p0|", $"p{ProjectShards}|");

    internal static readonly KeyRange ProjectRequests = KeyRange.Prefix("q|");

    internal static string ProjectRequest(LinkId link) => $"q|{Part(link.Value)}";

    internal static string Cursor(string kind, Side side) => $"cursor|{Part(kind)}|{Letter(side)}";

    internal static string Hint(string kind) => $"hint|{Part(kind)}";

    internal static readonly KeyRange Guards = KeyRange.Prefix("guard|");

    internal static readonly KeyRange Brakes = KeyRange.Prefix("brake|");

    internal static string Brake(string kind) => $"brake|{Part(kind)}";

    internal static string Document(string name) => $"doc|{Part(name)}";

    internal static string DueShard(FlowKey flow) =>
        (SHA256.HashData(Encoding.UTF8.GetBytes(Flow(flow)))[0] % DueShards).ToString("D2", CultureInfo.InvariantCulture);

    internal static string LinkPartition(LinkScope scope) => $"{Flow(scope.Flow)}|{Part(scope.Kind)}";

    internal static string Link(LinkId link) => $"k|{Part(link.Value)}";

    /// <summary>The links of what lives inside a project.</summary>
    internal static KeyRange LinksInside(LinkId project) => new($"k|{Part(project.Value)}{LinkId.Separator}", $"k|{Part(project.Value)}{(char)(LinkId.Separator + 1)}");

    internal static string Index(Side side, string recordId) => $"{Letter(side)}|{Part(recordId)}";

    internal static KeyRange IndexRange(Side side) => KeyRange.Prefix($"{Letter(side)}|");

    internal static string Match(Side side, string matchKey, string recordId) => $"{MatchPrefix(side, matchKey)}{Part(recordId)}";

    internal static KeyRange MatchRange(Side side, string matchKey) => KeyRange.Prefix(MatchPrefix(side, matchKey));

    /// <summary>Side and record of a row by match key: of its rows there may be several.</summary>
    internal static string MatchedRecord(string rowKey) => $"{rowKey["m|".Length]}{rowKey[rowKey.LastIndexOf('|')..]}";

    internal static string OpenCreate(Side target, LinkId link) => $"o|{Letter(target)}|{Part(link.Value)}";

    internal static KeyRange OpenCreates(Side target) => KeyRange.Prefix($"o|{Letter(target)}|");

    internal static string Work(Side side, string recordId) => $"w|{Letter(side)}|{Part(recordId)}";

    internal static string Event(string id) => $"e|{Part(id)}";

    internal static string Run(RunId run) => $"r|{Part(run.Value)}";

    internal static string RunTime(DateTimeOffset startedAt, RunId run) => $"t|{NewestFirst(startedAt)}|{Part(run.Value)}";

    /// <summary>Rows of the same moment: the one that was appended last comes first.</summary>
    internal static string LogRow(DateTimeOffset at, int number, string unique) =>
        $"{NewestFirst(at)}|{(99_999 - number).ToString("D5", CultureInfo.InvariantCulture)}|{unique}";

    internal static string Audit(TenantId? tenant) => tenant is { } id ? Tenant(id) : "-";

    /// <summary>Rows of an append-only log from <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    internal static KeyRange NewestFirstBetween(DateTimeOffset? from, DateTimeOffset? to) =>
        new(to is { } end ? $"{NewestFirst(end)}}}" : NewestFirstRange.From, from is { } begin ? $"{NewestFirst(begin)}}}" : NewestFirstRange.To);

    /// <summary>Rows of an append-only log from before that time.</summary>
    internal static KeyRange OlderThan(DateTimeOffset before) => new($"{NewestFirst(before)}}}", NewestFirstRange.To);

    internal static string Activity(DateTimeOffset hour, string instance) => $"{NewestFirst(hour)}|{instance}";

    /// <summary>Hours from the first up to, not including, the second.</summary>
    internal static KeyRange ActivityRange(DateTimeOffset from, DateTimeOffset to) => new($"{NewestFirst(to)}}}", $"{NewestFirst(from)}}}");

    /// <summary>Pointers at runs that began before that time.</summary>
    internal static KeyRange RunsOlderThan(DateTimeOffset before) => new($"t|{NewestFirst(before)}}}", RunTimes.To);

    /// <summary>Pointers at conflicts of that time and after it.</summary>
    internal static KeyRange ConflictsSince(DateTimeOffset since) => new(ConflictTimes.From, $"t|{NewestFirst(since)}}}");

    internal static string Lookup(string purpose, string secret) => LookupOfHash(purpose, OfSecret(secret));

    internal static string LookupOfHash(string purpose, string hash) => $"{purpose}|{hash}";

    internal static string Person(PersonId person) => Part(person.Value);

    internal static string Session(string tokenHash) => $"s|{tokenHash}";

    internal static string PersonTenant(TenantId tenant) => $"t|{Part(tenant.Value)}";

    internal static string Member(PersonId person) => $"u|{Part(person.Value)}";

    internal static string ApiKey(string id) => $"k|{Part(id)}";

    internal static string Invitation(string id) => $"i|{Part(id)}";

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string Conflict(ConflictId conflict) => $"c|{Part(conflict.Value)}";

    internal static string ConflictTime(DateTimeOffset at, ConflictId conflict) => $"t|{NewestFirst(at)}|{Part(conflict.Value)}";

    internal static string ConflictValue(FlowKey flow, ConflictId conflict, Side side) =>
        $"{Part(flow.Tenant.Value)}/{Part(flow.Flow.Value)}/{Part(conflict.Value)}/{Letter(side)}";

    internal static string SweepRun(FlowKey flow, RunId run) => $"{Part(flow.Tenant.Value)}/{Part(flow.Flow.Value)}/{Part(run.Value)}/";

    /// <summary>What the names of all blobs of a tenant begin with.</summary>
    internal static string BlobsOf(TenantId tenant) => $"{Part(tenant.Value)}/";

    internal static string PlansOf(FlowKey flow) => $"{Part(flow.Tenant.Value)}/{Part(flow.Flow.Value)}/";

    internal static string PlanRun(FlowKey flow, RunId run) => SweepRun(flow, run);

    internal static string PlanPage(FlowKey flow, RunId run, string page) => $"{PlanRun(flow, run)}{page}";

    internal static string SweepPages(FlowKey flow, RunId run, string kind, Side side) => $"{SweepRun(flow, run)}{Part(kind)}/{Letter(side)}/";

    internal static string SweepPage(FlowKey flow, RunId run, string kind, Side side, int page) =>
        $"{SweepPages(flow, run, kind, side)}{page.ToString("D8", CultureInfo.InvariantCulture)}";

    internal const string NoticeRules = "rules";

    internal static readonly KeyRange AllNoticeWishes = KeyRange.Prefix("u|");

    internal static readonly KeyRange Notices = KeyRange.Prefix("n|");

    internal static readonly KeyRange Deliveries = KeyRange.Prefix("d|");

    internal static string NoticeWishes(string user) => $"u|{Part(user)}";

    internal static string NoticeName(NoticeEvent what, FlowId? flow, string about) => $"{what}|{(flow is { } one ? Part(one.Value) : "")}|{Part(about)}";

    internal static string Notice(string name) => $"n|{name}";

    internal static bool IsNotice(string rowKey) => rowKey.StartsWith("n|", StringComparison.Ordinal);

    internal static string Delivery(string id) => $"d|{Part(id)}";

    internal static KeyRange DeliveriesOlderThan(DateTimeOffset before) => new($"d|{NewestFirst(before)}}}", Deliveries.To);

    private static string MatchPrefix(Side side, string matchKey) => $"m|{Letter(side)}|{Sha256(CodeUnits(matchKey))}|";

    private static string NewestFirst(DateTimeOffset at) =>
        (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    private static char Letter(Side side) => side == Side.Left ? 'l' : 'r';

    private static bool IsPlain(char unit) => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '.' or '_' or ':' or '@' or '=' or ',';

    // UTF-16 and not UTF-8: lone surrogates have no UTF-8 form, and two ids that differ only there must not share a key.
    private static ReadOnlySpan<byte> CodeUnits(string text) => MemoryMarshal.AsBytes(text.AsSpan());

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>Row keys from <see cref="From"/> up to, not including, <see cref="To"/>.</summary>
internal readonly record struct KeyRange(string From, string To)
{
    public static KeyRange Prefix(string prefix) => new(prefix, $"{prefix[..^1]}}}");
}
