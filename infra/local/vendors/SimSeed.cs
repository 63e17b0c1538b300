using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Vendors;

/// <summary>Loads the sample records of a vendor.</summary>
internal static class SimSeed
{
    // Sample records are old, as in an account that has been in use.
    private static readonly DateTimeOffset FirstCreated = new(2024, 1, 8, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Step = new(1, 7, 13, 21, 370);

    /// <summary>Creates the records of an embedded JSON file: kinds in reference order, each an array. A reference may be written as <c>"@name"</c>.</summary>
    public static void Load(SimAccount account, string resource)
    {
        using var stream = typeof(SimSeed).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The sample records {resource} are not part of the assembly.");
        foreach (var (name, records) in JsonNode.Parse(stream)!.AsObject())
        {
            var kind = account.System.Kind(name) ?? throw new InvalidOperationException($"The sample records name an unknown kind: {name}.");
            var created = FirstCreated;
            foreach (var record in records!.AsArray())
            {
                Resolve(account, kind, record!.AsObject());
                if (kind.CreatedField is { } field && !record.AsObject().ContainsKey(field))
                    record[field] = account.System.Format.Time(created);
                created += Step;
                var outcome = account.Create(kind, record.Deserialize<JsonElement>(), ownTimes: true);
                if (outcome.Record is null)
                    throw new InvalidOperationException($"A sample record of {name} is refused: {outcome.Problems[0]}.");
            }
        }

        lock (account.Gate)
        {
            foreach (var table in account.Tables)
                table.Settle();
        }
    }

    private static void Resolve(SimAccount account, SimKind kind, JsonObject record)
    {
        foreach (var field in kind.Shape.Stored)
        {
            if (field.References is { } kinds && record[field.Name] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                record[field.Name] = Find(account, kinds, value.GetValue<string>().TrimStart('@')) is var found && field.Type == SimType.Text ? found.Id : found.Number;
        }
    }

    private static SimRecord Find(SimAccount account, IReadOnlyList<string> kinds, string name) =>
        kinds.SelectMany(kind => account.Table(kind).Truth.ByNumber)
            .First(record => Equals(record.Kind.Shape.Value(record.Kind.Shape.Find(record.Kind.NameField)!, account, record, record.Values), name));
}
