using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>One binary package as the index tells it; fields that it lacks are empty.</summary>
public sealed record DebianPackage(string Name, string Source, string Version, string Maintainer, string Summary, string Homepage);

/// <summary>
/// The package index of this machine as records to import: a source package is a project, a maintainer a contact, and a maintaining team,
/// or the mail domain of one person, a company.
/// </summary>
public static class DebianIndex
{
    private const int MaxText = 255;
    private const int MaxNumber = 50;
    private const int MaxScope = 2000;

    // What an index without any package would mean: apt-get update was never run here.
    private const string NoPackages = "apt-cache knows no packages on this machine; run apt-get update first.";

    private static readonly string[] TeamWords = ["team", "group", "maintainers", "maintainer", "packagers", "packaging", "developers", "taskforce", "qa"];

    /// <summary>Asks <c>apt-cache</c>.</summary>
    /// <exception cref="UpFailure">It is missing, fails, or knows no packages.</exception>
    public static async Task<LoadData> ReadAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("apt-cache", ["dumpavail"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        Process apt;
        try
        {
            apt = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new UpFailure("'apt-cache' was not found: --load-debian needs a Debian or Ubuntu machine.", missing);
        }

        using (apt)
        {
            var error = apt.StandardError.ReadToEndAsync(cancellation);
            var packages = await Task.Run(() => Parse(apt.StandardOutput).ToList(), cancellation);
            await apt.WaitForExitAsync(cancellation);
            if (apt.ExitCode != 0)
                throw new UpFailure($"apt-cache dumpavail ended with code {apt.ExitCode}: {(await error).Trim()}");
            return packages.Count == 0 ? throw new UpFailure(NoPackages) : ToRecords(packages);
        }
    }

    /// <summary>Reads paragraphs of <c>Field: value</c> lines with continuation lines; a paragraph without a package name is left out.</summary>
    public static IEnumerable<DebianPackage> Parse(TextReader index)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? current = null;
        while (true)
        {
            var line = index.ReadLine();
            if (string.IsNullOrWhiteSpace(line))
            {
                if (fields.GetValueOrDefault("Package") is { Length: > 0 } name)
                    yield return Package(name, fields);
                fields.Clear();
                current = null;
                if (line is null)
                    yield break;
            }
            else if (line[0] is ' ' or '\t')
            {
                // A continuation; only the maintainer may matter beyond its first line.
                if (string.Equals(current, "Maintainer", StringComparison.OrdinalIgnoreCase))
                    fields[current!] += " " + line.Trim();
            }
            else if (line.IndexOf(':') is > 0 and var colon)
            {
                current = line[..colon];
                fields[current] = line[(colon + 1)..].Trim();
            }
        }
    }

    /// <summary>
    /// The first person of a maintainer field as name and address. Names may be quoted and hold commas, brackets may be missing,
    /// and more people or a stray comma may follow.
    /// </summary>
    public static (string Name, string Email) ReadMaintainer(string field)
    {
        var quoted = false;
        var bracketed = false;
        var end = field.Length;
        for (var i = 0; i < field.Length && end == field.Length; i++)
        {
            switch (field[i])
            {
                case '"': quoted = !quoted && field.IndexOf('"', i + 1) > 0; break;
                case '<': bracketed = true; break;
                case '>': bracketed = false; break;
                // A comma before any address belongs to the name ("Smith, Jane <jane@…>").
                case ',' when !quoted && !bracketed && field[..i].Contains('@'): end = i; break;
            }
        }

        var person = field[..end].Trim().TrimEnd(',');
        var open = person.LastIndexOf('<');
        var (name, email) = open >= 0
            ? (person[..open], person[(open + 1)..].TrimEnd('>', ' '))
            : person.Contains('@') && !person.Contains(' ') ? ("", person) : (person, "");
        name = name.Replace("\"", "").Trim();
        email = email.Trim();
        return (name.Length > 0 ? name : email, email);
    }

    /// <summary>What to import: each source once, each different maintainer once, companies by name.</summary>
    public static LoadData ToRecords(IEnumerable<DebianPackage> packages)
    {
        var companies = new List<JsonObject>();
        var companyPlaces = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var personnel = new List<(JsonObject, int)>();
        var people = new Dictionary<(string, string), int>();
        var projects = new List<(JsonObject, int)>();
        var sources = new HashSet<string>();
        foreach (var package in packages)
        {
            var (name, email) = ReadMaintainer(package.Maintainer);
            if (!people.TryGetValue((name, email), out var company))
            {
                company = CompanyOf(name, email);
                people[(name, email)] = company;
                if (name.Length > 0)
                    personnel.Add((Person(name, email), company));
            }

            if (sources.Add(package.Source))
                projects.Add((Project(package), company));
        }

        return new LoadData("source packages, teams and maintainers of this machine's Debian index", SampleData.Create(40).Staff, companies, personnel, projects);

        int CompanyOf(string name, string email)
        {
            var domain = email.IndexOf('@') is >= 0 and var at ? email[(at + 1)..] : "";
            var title = Cut(IsTeam(name) || domain.Length == 0 ? name : domain, MaxText) is { Length: > 0 } given ? given : "Unknown";
            if (companyPlaces.TryGetValue(title, out var place))
                return place;
            var company = new JsonObject { ["name"] = title };
            if (IsTeam(name))
                company["email"] = Cut(email, MaxText);
            else if (domain.Length > 0)
                company["web"] = Cut($"https://{domain}/", MaxText);
            companies.Add(company);
            return companyPlaces[title] = companies.Count - 1;
        }
    }

    private static DebianPackage Package(string name, Dictionary<string, string> fields)
    {
        var source = fields.GetValueOrDefault("Source") ?? "";
        var version = fields.GetValueOrDefault("Version") ?? "";

        // "Source: foo (1.2-3)" where the source's version differs from the package's.
        if (source.IndexOf('(') is > 0 and var open)
        {
            version = source[(open + 1)..].TrimEnd(')', ' ');
            source = source[..open].Trim();
        }

        return new DebianPackage(
            name,
            source.Length > 0 ? source : name,
            version,
            fields.GetValueOrDefault("Maintainer") ?? "",
            fields.GetValueOrDefault("Description") ?? "",
            fields.GetValueOrDefault("Homepage") ?? "");
    }

    private static bool IsTeam(string name) =>
        name.Split([' ', '-', '/', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Any(word => TeamWords.Contains(word, StringComparer.OrdinalIgnoreCase));

    private static JsonObject Person(string name, string email)
    {
        var space = name.LastIndexOf(' ');
        return new JsonObject
        {
            ["firstName"] = Cut(space > 0 ? name[..space] : "", MaxText),
            ["lastName"] = Cut(name[(space + 1)..], MaxText),
            ["email"] = Cut(email, MaxText),
            ["jobTitle"] = "Maintainer",
        };
    }

    private static JsonObject Project(DebianPackage package)
    {
        var number = $"{package.Source} {package.Version}".TrimEnd();
        return new JsonObject
        {
            ["number"] = number.Length <= MaxNumber ? number : Cut(package.Source, MaxNumber),
            ["name"] = Cut(package.Source, MaxText),
            ["scope"] = Cut(package.Summary, MaxScope),
        };
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)].TrimEnd();
}
