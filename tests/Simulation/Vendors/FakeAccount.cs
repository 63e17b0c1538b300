using System.Globalization;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>A tenant's data in a fake system, and the verbs by which people, the system and the app change it.</summary>
public sealed class FakeAccount(FakeHabits habits, TimeProvider time, FakeHistory history, Random random)
{
    private readonly Dictionary<(string Kind, string Id), FakeRecord> _records = [];
    private readonly List<FakeRecord> _order = [];
    private int _made;

    public FakeHabits Habits => habits;

    public Side Side => habits.Side;

    public FakeHistory History => history;

    /// <summary>Off: changes show at once everywhere.</summary>
    public bool Lags { get; set; } = true;

    /// <summary>Told of every change, for webhooks.</summary>
    public Action<FakeRecord, Verb, Actor>? Changed { get; set; }

    public DateTimeOffset Clock
    {
        get
        {
            var now = time.GetUtcNow() + habits.ClockOffset;
            return now.AddTicks(-(now.UtcTicks % habits.Tick.Ticks));
        }
    }

    public IEnumerable<FakeRecord> All(string kind) => _order.Where(record => record.Kind == kind);

    public IEnumerable<FakeRecord> Live(string kind) => _order.Where(record => record.Kind == kind && !record.Gone);

    public FakeRecord? Find(string kind, string id) => _records.GetValueOrDefault((kind, id));

    public FakeRecord Create(string kind, FieldSet asked, Actor by)
    {
        var spec = habits.Kind(kind);
        var now = time.GetUtcNow();
        var visibleFrom = by == Actor.Sync && Lags && habits.ReadLag > TimeSpan.Zero && random.Next(4) == 0 ? now + (habits.ReadLag * random.NextDouble()) : now;
        var record = new FakeRecord(kind, $"{habits.IdPrefix}{(++_made).ToString("D4", CultureInfo.InvariantCulture)}", Clock, visibleFrom) { IsMadeByApp = by == Actor.Sync };
        var fields = FieldSet.From(spec.Fields.Select(field => KeyValuePair.Create(field.Name, Kept(field, asked.Find(field.Name)))));
        var happened = new FakeEvent(history.NextNumber, now, Side, kind, record.Id, by, Verb.Create) { After = fields, Asked = asked, Round = history.Round, Tool = ToolOf(by) };
        record.Become(new FakeState(fields, Clock, 1, false, happened.Number), Later(visibleFrom));
        _records.Add((kind, record.Id), record);
        _order.Add(record);
        history.Add(happened);
        if (by == Actor.Sync) record.SeenEvent = happened.Number;
        Changed?.Invoke(record, Verb.Create, by);
        return record;
    }

    /// <param name="isListed">False: the time of its last change stays what it was, so that lists of changes do not show it.</param>
    /// <param name="listedAfter">Null: by chance.</param>
    public void Edit(FakeRecord record, FieldSet asked, Actor by, bool isListed = true, TimeSpan? listedAfter = null)
    {
        var spec = habits.Kind(record.Kind);
        var kept = FieldSet.From(asked.Select(field => KeyValuePair.Create(field.Key, Kept(spec.Find(field.Key)!, field.Value))));
        var before = FieldSet.From(kept.Select(field => KeyValuePair.Create(field.Key, record.Get(field.Key))));
        var happened = new FakeEvent(history.NextNumber, time.GetUtcNow(), Side, record.Kind, record.Id, by, Verb.Edit) { Before = before, After = kept, Asked = asked, Round = history.Round, Tool = ToolOf(by), Seen = by == Actor.Sync ? record.SeenEvent : 0 };
        if (by == Actor.Sync) NoteRaces(record, kept);
        record.Become(new FakeState(record.Fields.With(kept), isListed ? Clock : record.Now.Modified, record.Now.Version + 1, false, happened.Number), listedAfter is { } wait ? time.GetUtcNow() + wait : Later(time.GetUtcNow()));
        history.Add(happened);
        if (by == Actor.Sync) record.SeenEvent = happened.Number;
        Changed?.Invoke(record, Verb.Edit, by);
    }

    /// <summary>A new version, and nothing else.</summary>
    public void Bump(FakeRecord record) =>
        record.Become(record.Now with { Modified = Clock, Version = record.Now.Version + 1 }, Later(time.GetUtcNow()));

    public void Delete(FakeRecord record, Actor by, FakeRecord? mergedInto = null)
    {
        var verb = mergedInto is null ? Verb.Delete : Verb.Merge;
        var happened = new FakeEvent(history.NextNumber, time.GetUtcNow(), Side, record.Kind, record.Id, by, verb) { Before = record.Fields, MergedInto = mergedInto?.Id, Round = history.Round, Tool = ToolOf(by) };
        record.MergedInto = mergedInto?.Id;
        record.Become(record.Now with { Gone = true, Modified = Clock, Version = record.Now.Version + 1, Event = happened.Number }, Later(time.GetUtcNow()));
        history.Add(happened);
        Changed?.Invoke(record, verb, by);

        // What pointed at it points at its survivor, or at nothing.
        var pointing = from other in _order.ToList()
                       where !other.Gone
                       from field in habits.Kind(other.Kind).Fields
                       where field.RefersTo == record.Kind && other.Get(field.Name) is FieldValue.Reference { RecordId: var id } && id == record.Id
                       select (other, field);
        foreach (var (other, field) in pointing.ToList())
        {
            if (mergedInto is null && field.Required) Delete(other, Actor.Vendor);
            else Edit(other, FieldSet.Of((field.Name, mergedInto is null ? FieldValue.None : new FieldValue.Reference(mergedInto.Id))), Actor.Vendor);
        }
    }

    private static string? ToolOf(Actor by) => by == Actor.Sync ? ByHand.Tool : null;

    private static FieldValue Kept(FakeField field, FieldValue? value) => value is null ? FieldValue.None : field.Keep(value);

    private DateTimeOffset Later(DateTimeOffset now) =>
        habits.ListDelay > TimeSpan.Zero ? now + habits.ListDelay
        : Lags && habits.ListLag > TimeSpan.Zero && random.Next(3) == 0 ? now + (habits.ListLag * random.NextDouble())
        : now;

    /// <summary>Without conditional writes nobody can keep from writing over what was changed since the last look.</summary>
    private void NoteRaces(FakeRecord record, FieldSet written)
    {
        foreach (var edit in history.Of(Side, record.Kind, record.Id))
        {
            if (edit.By == Actor.Sync || (edit.Number <= record.SeenEvent && edit.Round != history.Round)) continue;
            edit.Raced.UnionWith(edit.After.Keys.Where(written.ContainsKey));
        }
    }
}
