using System.Collections.Immutable;

namespace SyncFunctions.Benchmarks;

/// <summary>A field as both vendors call it; a name may be a path such as <c>phones.phone</c>.</summary>
internal sealed record WalkedField(string Name, string Left, string Right);

/// <summary>A kind that the walk changes, in the vendors' own words.</summary>
internal sealed record WalkedKind(string Name, string Left, string Right, params ImmutableArray<WalkedField> Fields)
{
    public static readonly WalkedKind Company = new(
        "company", "contacts", "companies",
        new WalkedField("name", "name", "name"),
        new WalkedField("email", "email", "email_address"),
        new WalkedField("phone", "phones.phone", "phone"),
        new WalkedField("website", "web", "website"));

    public static readonly WalkedKind Contact = new(
        "contact", "personnel", "contacts",
        new WalkedField("firstName", "firstName", "first_name"),
        new WalkedField("lastName", "lastName", "last_name"),
        new WalkedField("email", "email", "email_address"),
        new WalkedField("title", "jobTitle", "title"));

    public static readonly WalkedKind Project = new(
        "project", "projects", "projects",
        new WalkedField("name", "name", "name"),
        new WalkedField("description", "scope", "description"),
        new WalkedField("startDate", "startDate", "start_date"));

    public static readonly ImmutableArray<WalkedKind> All = [Company, Contact, Project];

    /// <summary>A value that nothing else has; <paramref name="number"/> is never used twice.</summary>
    public static string Value(WalkedField field, int number) => field.Name switch
    {
        "email" => $"u{number}@walk.example",
        "phone" => $"+1 555 {number:D7}",
        "website" => $"https://w{number}.example/",
        "startDate" => new DateOnly(2000, 1, 1).AddDays(number).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        _ => $"{field.Name} {number} é",
    };
}
