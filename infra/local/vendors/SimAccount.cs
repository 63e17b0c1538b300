using System.Text.Json;

namespace SyncFunctions.Vendors;

/// <summary>What came of a create or edit: the record, or what was wrong.</summary>
internal sealed record SimOutcome(SimRecord? Record, IReadOnlyList<SimProblem> Problems)
{
    public bool NotFound => Record is null && Problems.Count == 0;
}

/// <summary>
/// A customer's account with a vendor and everything in it. <see cref="Gate"/> is held by whoever reads or writes;
/// records themselves never change, so what was taken out under the gate may be used after it.
/// </summary>
internal sealed class SimAccount
{
    private readonly Dictionary<string, SimTable> _tables;
    private readonly Dictionary<string, long> _sequences = [];
    private (DateOnly Day, int Calls) _usage;

    public SimAccount(SimSystem system, string slug, string name)
    {
        System = system;
        Slug = slug;
        Name = name;
        _tables = system.Definition.Kinds.ToDictionary(kind => kind.Name, kind => new SimTable(kind));
        SetLag();
    }

    public Lock Gate { get; } = new();

    public SimSystem System { get; }

    public string Slug { get; }

    public string Name { get; }

    public IReadOnlyDictionary<string, long> Sequences => _sequences;

    public IEnumerable<SimTable> Tables => _tables.Values;

    public int CallsToday
    {
        get
        {
            lock (Gate)
                return _usage.Day == Today ? _usage.Calls : 0;
        }
    }

    private DateOnly Today => DateOnly.FromDateTime(System.Now.UtcDateTime);

    public SimTable Table(string kind) => _tables[kind];

    /// <summary>Whether any of these kinds holds a record with this id.</summary>
    public bool Exists(IReadOnlyList<string> kinds, object id) => Find(kinds, id) is not null;

    public SimRecord? Find(IReadOnlyList<string> kinds, object? id)
    {
        var text = id?.ToString();
        return text is null ? null : kinds.Select(kind => _tables[kind].Truth.Find(text)).FirstOrDefault(record => record is not null);
    }

    public SimRecord? FindVisible(IReadOnlyList<string> kinds, string id) =>
        kinds.Select(kind => _tables[kind].Visible(System.Now).Find(id)).FirstOrDefault(record => record is not null);

    /// <summary>Counts one call against the daily limit; false when it is used up.</summary>
    public bool TryCall()
    {
        lock (Gate)
        {
            var calls = _usage.Day == Today ? _usage.Calls : 0;
            if (System.Settings.DailyLimit is { } limit && calls >= limit)
                return false;
            _usage = (Today, calls + 1);
            return true;
        }
    }

    /// <param name="kind">What to create.</param>
    /// <param name="body">Its fields.</param>
    /// <param name="ownTimes">Whether created and modified times in the body are taken over, as loads of old records need.</param>
    /// <param name="by">Who creates it by the API; null is a person on the vendor's own pages.</param>
    public SimOutcome Create(SimKind kind, JsonElement body, bool ownTimes = false, string? by = null)
    {
        lock (Gate)
        {
            var outcome = Draft(kind, null, body, ownTimes);
            if (outcome.Record is { } record)
                Store(record, SimAction.Added, by);
            return outcome;
        }
    }

    /// <summary>Creates many records at once, or none and the problems of the first bad one.</summary>
    public (IReadOnlyList<SimRecord> Records, IReadOnlyList<SimProblem> Problems) CreateAll(SimKind kind, JsonElement bodies)
    {
        lock (Gate)
        {
            var records = new List<SimRecord>(bodies.GetArrayLength());
            foreach (var body in bodies.EnumerateArray())
            {
                var outcome = Draft(kind, null, body, ownTimes: true);
                if (outcome.Record is { } record)
                {
                    Store(record);
                    records.Add(record);
                    continue;
                }

                foreach (var stored in records)
                    _tables[kind.Name].Remove(stored.Id, System.Now);
                return ([], [.. outcome.Problems.Select(problem => problem with { Field = $"[{records.Count}].{problem.Field}" })]);
            }

            foreach (var record in records)
                System.Webhooks.Announce(new SimChange(this, record, SimAction.Added, null));

            return (records, []);
        }
    }

    public SimOutcome Update(SimKind kind, string id, JsonElement body, string? by = null)
    {
        lock (Gate)
        {
            if (_tables[kind.Name].Truth.Find(id) is not { } old)
                return new SimOutcome(null, []);
            var outcome = Draft(kind, old, body, ownTimes: false);
            if (outcome.Record is { } record)
                Store(record, SimAction.Updated, by, old);
            return outcome;
        }
    }

    public bool Delete(SimKind kind, string id, string? by = null)
    {
        lock (Gate)
        {
            if (_tables[kind.Name].Truth.Find(id) is not { } old)
                return false;
            _tables[kind.Name].Remove(id, System.Now);
            kind.After?.Invoke(this, old);
            System.Changed();
            System.Webhooks.Announce(new SimChange(this, old, SimAction.Deleted, by));
            return true;
        }
    }

    /// <summary>Sets one stored field as the vendor itself would, without the rules for callers.</summary>
    public void Set(SimRecord record, string field, object? value)
    {
        lock (Gate)
        {
            var values = (object?[])record.Values.Clone();
            values[record.Kind.Shape.Slot(field)] = value;
            Store(record with { Values = values, Modified = Later(record.Modified) }, SimAction.Updated, null, record);
        }
    }

    /// <summary>Moves the modified time and nothing else.</summary>
    public void Touch(SimRecord record)
    {
        lock (Gate)
        {
            _tables[record.Kind.Name].Put(record with { Modified = Later(record.Modified) }, System.Now);
            System.Changed();
        }
    }

    public void SetLag()
    {
        lock (Gate)
        {
            foreach (var table in _tables.Values)
                table.SetLag(TimeSpan.FromMilliseconds(System.Settings.ReadLagMs));
        }
    }

    /// <summary>Puts back what was stored before a restart.</summary>
    public void Restore(IReadOnlyDictionary<string, long> sequences, SimKind kind, IReadOnlyList<SimRecord> records)
    {
        lock (Gate)
        {
            foreach (var (name, last) in sequences)
                _sequences[name] = last;
            _tables[kind.Name].AddRange(records);
        }
    }

    private SimOutcome Draft(SimKind kind, SimRecord? old, JsonElement body, bool ownTimes)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return new SimOutcome(null, [new SimProblem("", "A JSON object is required.")]);
        var values = old is null ? kind.Shape.Blank() : (object?[])old.Values.Clone();
        var touched = new HashSet<int>();
        var draft = new SimDraft(this, kind, old, values, touched);
        kind.Shape.Read(body, values, draft.Problems, touched);
        kind.Check?.Invoke(draft);
        foreach (var slot in old is null ? Enumerable.Range(0, values.Length) : touched)
            CheckField(kind.Shape.Stored[slot], values[slot], draft);

        var now = System.Format.Truncate(System.Now);
        var created = old?.Created ?? now;
        var modified = old is null ? now : Later(old.Modified);
        if (ownTimes)
        {
            // Without a modified time of its own, a record was never edited since it was created.
            created = OwnTime(body, kind.CreatedField, draft) ?? created;
            modified = OwnTime(body, kind.ModifiedField, draft) ?? created;
        }

        if (draft.Problems.Count > 0)
            return new SimOutcome(null, draft.Problems);
        var number = old?.Number ?? Next(kind.Sequence);
        return new SimOutcome(new SimRecord(kind, number, old?.Id ?? kind.IdOf(number), created, modified, values), []);
    }

    private void CheckField(SimField field, object? value, SimDraft draft)
    {
        if (field.Required && (value is null || value is string { Length: 0 }))
            draft.Refuse(field.Name, $"The {field.Name} field is required.");
        if (field.References is { } kinds && value is not null && !Exists(kinds, value))
            draft.Refuse(field.Name, $"The {field.Name} field names no existing record.");
    }

    private DateTimeOffset? OwnTime(JsonElement body, string? field, SimDraft draft)
    {
        if (field is null || !body.TryGetProperty(field, out var json) || json.ValueKind == JsonValueKind.Null)
            return null;
        if (json.ValueKind == JsonValueKind.String && System.Format.TryTime(json.GetString()!, out var time))
            return System.Format.Truncate(time);
        draft.Refuse(field, $"The value of {field} is not a valid time.");
        return null;
    }

    // A record that was loaded with a time of the future still moves forward when it is edited.
    private DateTimeOffset Later(DateTimeOffset old)
    {
        var now = System.Format.Truncate(System.Now);
        return now > old ? now : old;
    }

    /// <summary>The next number of a sequence.</summary>
    public long Next(string sequence) => _sequences[sequence] = _sequences.GetValueOrDefault(sequence, 1000) + 1;

    private void Store(SimRecord record, SimAction action, string? by, SimRecord? before = null)
    {
        Store(record);
        System.Webhooks.Announce(new SimChange(this, record, action, by) { Before = before });
    }

    private void Store(SimRecord record)
    {
        _tables[record.Kind.Name].Put(record, System.Now);
        record.Kind.After?.Invoke(this, record);
        System.Changed();
    }
}
