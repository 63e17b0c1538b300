using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>A fake system over HTTP, without the network: what its documents would say, and no faults.</summary>
public sealed class FakeServer(FakeAccount account, FakeSignIn signIn, FaultPlan faults, TimeProvider time)
{
    public FakeAccount Account => account;

    public FakeSignIn SignIn => signIn;

    /// <summary>A right was taken away: the kind answers with 403, or with only part of its records.</summary>
    public string? ForbiddenKind { get; set; }

    /// <summary>Of the forbidden kind so many of ten records can still be seen; none: 403.</summary>
    public int StillVisible { get; set; }

    /// <summary>Values with this in them are refused for good.</summary>
    public const string Poison = "\u2620";

    /// <summary>What the app made last.</summary>
    public FakeRecord? LastMade { get; private set; }

    private readonly Dictionary<(string Kind, int End), string> _lastRow = [];

    private FakeHabits Habits => account.Habits;

    public HttpResponseMessage Answer(HttpMethod method, Uri address, string? token, string body, string? ifMatch = null)
    {
        var path = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is ["oauth", "token"]) return Refresh(body);
        if (!signIn.Accepts(token)) return Empty(HttpStatusCode.Unauthorized);
        if (path is ["api", "me"]) return Json(json => WriteAccount(json));
        if (path is not ["api", var name, ..] || KindOf(name) is not var (kind, inside)) return Empty(HttpStatusCode.NotFound);
        if (ForbiddenKind == kind.Name && StillVisible == 0) return Refused();
        return (method.Method, path) switch
        {
            ("GET", [_, _]) => List(kind, address),
            ("POST", [_, _]) when !inside => Create(kind, body),
            ("GET", [_, _, var id]) => One(kind, id, inside, record => Written(record, inside)),
            ("PATCH", [_, _, var id]) => One(kind, id, inside, record => ifMatch is null || ifMatch == Version(record) ? Edit(kind, record, body, inside) : Empty(HttpStatusCode.PreconditionFailed)),
            ("DELETE", [_, _, var id]) when !inside => One(kind, id, inside, Delete),
            _ => Empty(HttpStatusCode.MethodNotAllowed),
        };
    }

    private static string Version(FakeRecord record) => record.Now.Version.ToString(CultureInfo.InvariantCulture);

    private (FakeKind Kind, bool Inside)? KindOf(string name) =>
        Array.Find(Habits.Kinds, kind => kind.Name == name) is { } own ? (own, false)
        : Array.Find(Habits.Kinds, kind => kind.InsideName == name) is { } parent ? (parent, true) : null;

    private bool IsVisible(FakeRecord record) =>
        ForbiddenKind != record.Kind || record.Id.Sum(c => c) % 10 < StillVisible;

    private HttpResponseMessage One(FakeKind kind, string id, bool inside, Func<FakeRecord, HttpResponseMessage> act)
    {
        if (account.Find(kind.Name, id) is not { } record || !IsVisible(record)) return Empty(HttpStatusCode.NotFound);
        if (record.Gone) return NotFound(record);
        if (account.Lags && record.VisibleFrom > time.GetUtcNow())
        {
            faults.Count(FaultClass.ReadAfterWriteLag);
            return Empty(HttpStatusCode.NotFound);
        }

        return act(record);
    }

    private HttpResponseMessage Written(FakeRecord record, bool inside)
    {
        record.SeenEvent = Math.Max(record.SeenEvent, record.Now.Event);
        return Json(json => FakeJson.Write(json, Habits, record, record.Now, inside));
    }

    private HttpResponseMessage Create(FakeKind kind, string body)
    {
        if (Parse(kind, body) is not { } fields) return Unprocessable();
        if (kind.Fields.Any(field => field.Required && (fields.Find(field.Name) ?? FieldValue.None).IsBlank)) return Unprocessable();
        var record = LastMade = account.Create(kind.Name, fields, Actor.Sync);
        record.IsUnanswered = true;
        NoteNormalised(fields, record);
        return Written(record, inside: false);
    }

    private HttpResponseMessage Edit(FakeKind kind, FakeRecord record, string body, bool inside)
    {
        if (Parse(kind, body) is not { } fields || fields.Keys.Any(name => kind.Find(name)!.Inside != inside)) return Unprocessable();
        if (fields.Any(field => kind.Find(field.Key)!.Required && field.Value.IsBlank)) return Unprocessable();
        account.Edit(record, fields, Actor.Sync);
        NoteNormalised(fields, record);
        return Written(record, inside);
    }

    private HttpResponseMessage Delete(FakeRecord record)
    {
        account.Delete(record, Actor.Sync);
        return Empty(HttpStatusCode.NoContent);
    }

    private void NoteNormalised(FieldSet asked, FakeRecord record)
    {
        if (asked.Any(field => record.Get(field.Key).ToString() != field.Value.ToString())) faults.Count(FaultClass.NormalisedValue);
    }

    private FieldSet? Parse(FakeKind kind, string body)
    {
        using var json = JsonDocument.Parse(body);
        var fields = FakeJson.Read(kind, json.RootElement);
        if (fields is null) return null;

        // A reference to nothing is refused like any other wrong value.
        foreach (var (name, value) in fields)
        {
            if (value is FieldValue.Reference { RecordId: var id } && account.Find(kind.Find(name)!.RefersTo!, id) is not { Gone: false }) return null;
            if (!value.ToString()!.Contains(Poison, StringComparison.Ordinal)) continue;
            faults.Count(FaultClass.PoisonPayload);
            return null;
        }

        return fields;
    }

    private HttpResponseMessage List(FakeKind kind, Uri address)
    {
        var query = System.Web.HttpUtility.ParseQueryString(address.Query);
        var now = time.GetUtcNow();
        var since = query["since"] is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
        var rows = new List<(FakeRecord Record, FakeState State)>();
        foreach (var record in account.All(kind.Name))
        {
            var state = record.Listed(now);
            if (account.Lags && state != (record.Gone ? null : record.Now)) faults.Count(FaultClass.ListLag);
            if (state is not null && state.Modified >= since && IsVisible(record)) rows.Add((record, state));
        }

        rows.Sort((a, b) => a.State.Modified != b.State.Modified ? a.State.Modified.CompareTo(b.State.Modified) : string.CompareOrdinal(a.Record.Id, b.Record.Id));
        Leave(rows, now);
        var size = int.Parse(query["size"] ?? "20", CultureInfo.InvariantCulture);
        var (page, more) = Habits.PagesByNumber ? ByNumber(kind, rows, int.Parse(query["page"] ?? "0", CultureInfo.InvariantCulture), size) : AfterRow(rows, query["after"], size);
        foreach (var (record, state) in page) record.SeenEvent = Math.Max(record.SeenEvent, state.Event);
        var answer = Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var (record, state) in page) FakeJson.Write(json, Habits, record, state, inside: false);
            json.WriteEndArray();
            json.WriteBoolean("more", more);
            json.WriteEndObject();
        });
        return answer;
    }

    /// <summary>
    /// Lists that leave rows out. What the app made just now they show: where a create's answer was lost, its record in the list is all
    /// that tells of it.
    /// </summary>
    private void Leave(List<(FakeRecord Record, FakeState State)> rows, DateTimeOffset now)
    {
        var some = rows.FindAll(row => !row.Record.IsAlwaysListed && !(row.Record.IsMadeByApp && now < row.Record.VisibleFrom.AddMinutes(20)));
        if (some.Count == 0) return;
        if (faults.Strikes(FaultClass.EmptyList, 400)) rows.RemoveAll(some.Contains);
        else if (faults.Strikes(FaultClass.ListMissingRow, 60)) rows.Remove(some[faults.Random.Next(some.Count)]);
    }

    private (List<(FakeRecord Record, FakeState State)> Page, bool More) ByNumber(FakeKind kind, List<(FakeRecord Record, FakeState State)> rows, int page, int size)
    {
        // What ended the page before stands elsewhere now: whoever goes on by number alone passes over a row, or gets one twice.
        if (page > 0 && _lastRow.TryGetValue((kind.Name, page * size), out var last) && rows.ElementAtOrDefault((page * size) - 1).Record?.Id != last) faults.Count(FaultClass.ShiftedPage);
        var end = (page + 1) * size;
        if (rows.Count > end) _lastRow[(kind.Name, end)] = rows[end - 1].Record.Id;
        return ([.. rows.Skip(page * size).Take(size)], rows.Count > end);
    }

    private static (List<(FakeRecord Record, FakeState State)> Page, bool More) AfterRow(List<(FakeRecord Record, FakeState State)> rows, string? after, int size)
    {
        var rest = rows;
        if (after?.Split('_', 2) is [var ticks, var id])
        {
            var modified = long.Parse(ticks, CultureInfo.InvariantCulture);
            rest = rows.FindAll(row => row.State.Modified.UtcTicks > modified || (row.State.Modified.UtcTicks == modified && string.CompareOrdinal(row.Record.Id, id) > 0));
        }

        return ([.. rest.Take(size)], rest.Count > size);
    }

    private HttpResponseMessage Refresh(string body)
    {
        var token = System.Web.HttpUtility.ParseQueryString(body)["refresh_token"] ?? "";
        if (signIn.IsRotatedOut(token)) faults.Count(FaultClass.RefreshRaced);
        if (signIn.Refresh(token) is not var (access, refresh)) return Json(json => WriteError(json, "invalid_grant"), HttpStatusCode.BadRequest);
        return Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", access);
            json.WriteString("refresh_token", refresh);
            json.WriteNumber("expires_in", (long)Habits.TokenLife.TotalSeconds);
            json.WriteEndObject();
        });
    }

    private void WriteAccount(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", $"{Habits.System}-account");
        json.WriteString("name", Habits.System);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, string error)
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteEndObject();
    }

    private HttpResponseMessage NotFound(FakeRecord record)
    {
        if (record.MergedInto is null) return Empty(HttpStatusCode.NotFound);
        faults.Count(FaultClass.MergedIds);
        return Json(
            json =>
            {
                json.WriteStartObject();
                json.WriteString("mergedInto", record.MergedInto);
                json.WriteEndObject();
            },
            HttpStatusCode.NotFound);
    }

    private HttpResponseMessage Refused()
    {
        faults.Count(FaultClass.RightRevoked);
        return Json(json => WriteError(json, "the scope 'records' is missing"), HttpStatusCode.Forbidden);
    }

    private HttpResponseMessage Unprocessable() => Json(json => WriteError(json, "unprocessable"), HttpStatusCode.UnprocessableEntity);

    public HttpResponseMessage Empty(HttpStatusCode status) => Dated(new HttpResponseMessage(status));

    private HttpResponseMessage Json(Action<Utf8JsonWriter> write, HttpStatusCode status = HttpStatusCode.OK)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        return Dated(new HttpResponseMessage(status) { Content = new ReadOnlyMemoryContent(buffer.WrittenMemory) });
    }

    private HttpResponseMessage Dated(HttpResponseMessage response)
    {
        response.Headers.Date = account.Clock;
        return response;
    }
}
