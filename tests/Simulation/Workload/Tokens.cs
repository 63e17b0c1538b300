using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Workload;

/// <summary>
/// Everything that people put into the fake systems has a name that begins with a token: by it the checker knows, without asking
/// the app, what stands for the same thing on both sides.
/// </summary>
public static class Tokens
{
    public static string Of(FieldSet fields)
    {
        var name = (fields.Find("name") ?? fields.Find("title"))?.ToString() ?? "";
        return name.AsSpan().TrimStart().ToString().Split(' ', 2)[0];
    }

    public static string Of(FakeRecord record) => Of(record.Fields);
}

/// <summary>The kinds of both systems that stand for each other, and the fields by which people name, archive and refer.</summary>
public sealed record KindPair(string Name, string Left, string Right)
{
    public static readonly KindPair Company = new("company", "companies", "accounts");
    public static readonly KindPair Contact = new("contact", "people", "contacts");
    public static readonly KindPair Project = new("project", "projects", "jobs");

    public static readonly KindPair[] All = [Company, Contact, Project];

    public string On(Side side) => side == Side.Left ? Left : Right;

    public static bool IsArchived(FakeRecord record) => IsArchived(record.Fields);

    public static bool IsArchived(FieldSet fields) => fields.Find("active") is FieldValue.Flag { Value: false } || fields.Find("state")?.ToString() == "archived";

    public static FieldSet Archived(Side side, bool archived) =>
        side == Side.Left ? FieldSet.Of(("active", new FieldValue.Flag(!archived))) : FieldSet.Of(("state", new FieldValue.Text(archived ? "archived" : "live")));

    public static string CodeField(Side side) => side == Side.Left ? "code" : "ref";

    public static string NameField(Side side) => side == Side.Left ? "name" : "title";
}
