using System.Text.Json;

namespace SyncFunctions.Vendors;

/// <summary>One thing that is wrong with what a caller sent.</summary>
internal sealed record SimProblem(string Field, string Message);

/// <summary>The fields of a kind or of an object inside it: where each value is held, how it is read from JSON and written to it.</summary>
internal sealed class SimShape
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SimField> _byName = new(StringComparer.OrdinalIgnoreCase);

    public SimShape(params IReadOnlyList<SimField> fields)
    {
        Fields = fields;
        Stored = [.. fields.Where(field => field.IsStored)];
        for (var slot = 0; slot < Stored.Count; slot++)
        {
            _slots[Stored[slot].Name] = slot;
            if (Stored[slot].Alias is { } alias)
                _slots[alias] = slot;
        }

        foreach (var field in fields)
        {
            _byName[field.Name] = field;
            if (field.Alias is { } alias)
                _byName[alias] = field;
        }
    }

    /// <summary>All fields in the order they are written.</summary>
    public IReadOnlyList<SimField> Fields { get; }

    /// <summary>The fields that have a slot, in slot order.</summary>
    public IReadOnlyList<SimField> Stored { get; }

    public int Slot(string field) => _slots[field];

    public SimField? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The values of a new record or object before anything is given; objects inside are never null.</summary>
    public object?[] Blank() => [.. Stored.Select(field => field.Shape is { } inner ? inner.Blank() : field.Default)];

    /// <summary>Takes the stored fields that <paramref name="body"/> names into <paramref name="values"/>; others are ignored. Adds the slots it set to <paramref name="touched"/>.</summary>
    public void Read(JsonElement body, object?[] values, List<SimProblem> problems, HashSet<int>? touched = null, string prefix = "")
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!_slots.TryGetValue(property.Name, out var slot))
                continue;
            var field = Stored[slot];
            var (value, error) = ReadValue(field, property.Value, values[slot], problems, prefix);
            if (error is not null)
            {
                problems.Add(new SimProblem(prefix + field.Name, error));
                continue;
            }

            values[slot] = value;
            touched?.Add(slot);
        }
    }

    /// <summary>What a reader sees in a field; a reference to a deleted record is null.</summary>
    public object? Value(SimField field, SimAccount account, SimRecord record, object?[] values)
    {
        if (field.Derive is { } derive)
            return derive(account, record, values);
        var value = values[_slots[field.Name]];
        return value is not null && field.References is { } kinds && !account.Exists(kinds, value) ? null : value;
    }

    public void Write(Utf8JsonWriter json, SimAccount account, SimRecord record, object?[] values)
    {
        json.WriteStartObject();
        WriteFields(json, account, record, values);
        json.WriteEndObject();
    }

    public void WriteFields(Utf8JsonWriter json, SimAccount account, SimRecord record, object?[] values, Func<SimField, bool>? which = null)
    {
        foreach (var field in Fields)
        {
            if (which?.Invoke(field) == false)
                continue;
            var value = Value(field, account, record, values);
            json.WritePropertyName(field.Name);
            WriteValue(json, field, value, account, record);
            if (field.Alias is not { } alias)
                continue;
            json.WritePropertyName(alias);
            WriteValue(json, field, value, account, record);
        }
    }

    /// <summary>Writes what is stored, in the form that <see cref="Read"/> takes back.</summary>
    public void WriteStored(Utf8JsonWriter json, object?[] values)
    {
        for (var slot = 0; slot < Stored.Count; slot++)
        {
            if (values[slot] is not { } value)
                continue;
            json.WritePropertyName(Stored[slot].Name);
            if (value is object?[] parts && Stored[slot].Shape is { } shape)
            {
                json.WriteStartObject();
                shape.WriteStored(json, parts);
                json.WriteEndObject();
            }
            else
            {
                WriteScalar(json, value, date => date.ToString("yyyy-MM-dd"), time => time.ToString("O"));
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter json, SimField field, object? value, SimAccount account, SimRecord record)
    {
        if (value is object?[] parts && field.Shape is { } shape)
            shape.Write(json, account, record, parts);
        else if (value is long id && field.Type == SimType.Reference)
            WriteReference(json, account, account.Find(field.References!, id)!);
        else
            WriteScalar(json, value, account.System.Format.Date, account.System.Format.Time);
    }

    private static void WriteReference(Utf8JsonWriter json, SimAccount account, SimRecord record)
    {
        var shape = record.Kind.Shape;
        object? Of(string name) => shape.Find(name) is { } field ? shape.Value(field, account, record, record.Values) : null;
        json.WriteStartObject();
        json.WriteNumber("id", record.Number);
        json.WriteString("name", Of(record.Kind.NameField) as string);
        if (Of("identifier") is string identifier)
            json.WriteString("identifier", identifier);
        json.WriteEndObject();
    }

    private static void WriteScalar(Utf8JsonWriter json, object? value, Func<DateOnly, string> date, Func<DateTimeOffset, string> time)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case long number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case DateOnly day: json.WriteStringValue(date(day)); break;
            case DateTimeOffset moment: json.WriteStringValue(time(moment)); break;
            case JsonElement element: element.WriteTo(json); break;
            case string[] texts:
                json.WriteStartArray();
                foreach (var text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default: throw new InvalidOperationException($"A field cannot hold a {value.GetType()}.");
        }
    }

    private static (object? Value, string? Error) ReadValue(SimField field, JsonElement json, object? old, List<SimProblem> problems, string prefix)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return (field.Shape?.Blank(), null);
        switch (field.Type)
        {
            case SimType.Text when json.ValueKind == JsonValueKind.String:
                var text = json.GetString()!.Trim();
                if (field.MaxLength > 0 && text.Length > field.MaxLength)
                    return (null, $"The field {field.Name} must be a string with a maximum length of {field.MaxLength}.");
                return field.OneOf is { } allowed && !allowed.Contains(text)
                    ? (null, $"The field {field.Name} must be one of: {string.Join(", ", allowed)}.")
                    : (text, null);
            case SimType.Integer when json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var whole):
                return (whole, null);
            case SimType.Number when json.ValueKind == JsonValueKind.Number && json.TryGetDecimal(out var number):
                return (number, null);
            case SimType.Flag when json.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return (json.GetBoolean(), null);
            case SimType.Date when json.ValueKind == JsonValueKind.String && SimFormat.TryDate(json.GetString()!, out var date):
                return (date, null);
            case SimType.Time when json.ValueKind == JsonValueKind.String && SimFormat.TryMoment(json.GetString()!, out var moment):
                return (moment, null);
            case SimType.Reference when json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var id):
                return (id, null);
            case SimType.Reference when json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var inner) && inner.TryGetInt64(out var target):
                return (target, null);
            case SimType.TextList when json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return (json.EnumerateArray().Select(item => item.GetString()!.Trim()).ToArray(), null);
            case SimType.Object when json.ValueKind == JsonValueKind.Object:
                var parts = old is object?[] given ? (object?[])given.Clone() : field.Shape!.Blank();
                field.Shape!.Read(json, parts, problems, prefix: $"{prefix}{field.Name}.");
                return (parts, null);
            case SimType.Json:
                return (json.Clone(), null);
            default:
                return (null, $"The value of {field.Name} is not a valid {field.Type}.");
        }
    }
}
