using System.Globalization;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Workload;

/// <summary>What people type.</summary>
internal sealed class Values(Random random)
{
    private static readonly string[] Words = ["Acme", "Borealis", "CEDAR", "delta", "Évora", "Fjord", "Grün", "Harbour", "Indigo", "Juniper"];
    private static readonly string[] Tags = ["alpha", "beta", "gamma", "delta", "epsilon"];

    public string Word() => Words[random.Next(Words.Length)];

    public string Name(string token)
    {
        var name = $"{token} {Word()} {Word()}";
        return random.Next(12) switch
        {
            0 => $"{name} {Word()} {Word()} {Word()} {Word()} {Word()}",
            1 => $"{token}  {Word()}   {Word()} ",
            _ => name,
        };
    }

    /// <summary>A new value of a field of a record; null where people leave such a field alone.</summary>
    public FieldValue? Next(FakeHabits habits, FakeField field, FieldValue before, string token)
    {
        var isBlankable = field.Name is not ("name" or "title" or "code" or "ref" or "active" or "state");
        if (isBlankable && !field.Required && random.Next(10) == 0) return random.Next(2) == 0 ? FieldValue.None : field.Type == SystemFieldType.Text ? new FieldValue.Text("") : FieldValue.None;
        switch (field.Name)
        {
            case "code" or "ref" or "active" or "state":
                return null;
            case "name" or "title":
                return FieldValue.Of(Name(token));
            case "email" or "mail":
                return FieldValue.Of($"{Word()}.{random.Next(100)}@Example.com");
            case "phone" or "tel":
                return FieldValue.Of($"+44 20 {random.Next(1000, 9999)} {random.Next(1000, 9999)}");
            case "address" or "place":
                return FieldValue.Of($"{random.Next(1, 99)} {Word()} Street, {Word()}, {Word()} {random.Next(1000)}");
            case "status":
                return FieldValue.Of(random.Next(12) == 0 ? "Odd" : FakePair.Statuses[random.Next(FakePair.Statuses.Length)].Left);
            case "stage":
                return FieldValue.Of(random.Next(12) == 0 ? "x" : FakePair.Statuses[random.Next(FakePair.Statuses.Length)].Right);
            case "notes" when random.Next(4) == 0:
                return FieldValue.Of(string.Join(' ', Enumerable.Range(0, 60).Select(_ => Word())));
        }

        return field.Type switch
        {
            SystemFieldType.Number => FieldValue.Of(decimal.Round((decimal)random.NextDouble() * 1000, random.Next(4))),
            SystemFieldType.Day => FieldValue.Of(new DateOnly(2026, 1, 1).AddDays(random.Next(700))),
            SystemFieldType.Set => Touched(before),
            SystemFieldType.Reference => null,
            SystemFieldType.Flag => null,
            _ => FieldValue.Of($"{Word()} {random.Next(1000).ToString(CultureInfo.InvariantCulture)}"),
        };
    }

    /// <summary>The set with a tag more or less.</summary>
    private FieldValue.Set Touched(FieldValue before)
    {
        var items = (before as FieldValue.Set)?.Items ?? [];
        var tag = Tags[random.Next(Tags.Length)];
        var without = items.Remove(tag);
        return new FieldValue.Set(without.Count < items.Count ? without : items.Add(tag));
    }
}
