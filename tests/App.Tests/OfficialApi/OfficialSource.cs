using System.Text;
using System.Text.RegularExpressions;

namespace SyncFunctions.App.Tests.OfficialApi;

/// <summary>
/// Writes the public lines of an official assembly (<c>official-api/*.txt</c>) as C# declarations. Bodies are left empty: what compiles
/// against these declarations compiles against the official assembly.
/// </summary>
internal static partial class OfficialSource
{
    /// <summary>Members that the compiler writes for a record itself.</summary>
    private static readonly string[] OfRecords = ["op_Equality(", "op_Inequality(", "Equals(", "GetHashCode(", "ToString(", "PrintMembers(", "EqualityContract "];

    public static (string Source, IReadOnlyCollection<string> Namespaces) Of(IEnumerable<string> lines)
    {
        var types = new Dictionary<string, OfficialType>(StringComparer.Ordinal);
        foreach (var line in lines.Where(line => !line.StartsWith('#')))
        {
            if (TypeLine().Match(line) is { Success: true } match) types.Add(match.Groups["name"].Value, new OfficialType(match.Groups["name"].Value, match.Groups["declaration"].Value));
            else Owner(types, line, out var member).Members.Add(member);
        }

        foreach (var type in types.Values)
        {
            if (types.TryGetValue(type.Container, out var container)) container.Nested.Add(type);
        }

        var source = new StringBuilder();
        var outermost = types.Values.Where(type => !types.ContainsKey(type.Container)).ToList();
        foreach (var type in outermost)
        {
            source.Append("namespace ").Append(type.Container).Append(" {\n");
            Write(type, source);
            source.Append("}\n");
        }

        return (source.ToString(), [.. outermost.Select(type => type.Container).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>A type is listed before its members, and a nested type's name is longer than its container's.</summary>
    private static OfficialType Owner(Dictionary<string, OfficialType> types, string line, out string member)
    {
        var name = types.Keys.Where(name => line.StartsWith(name + ".", StringComparison.Ordinal)).MaxBy(name => name.Length)
            ?? throw new FormatException($"A member of no type that is listed before it: {line}");
        member = line[(name.Length + 1)..];
        return types[name];
    }

    private static void Write(OfficialType type, StringBuilder source)
    {
        var (modifiers, rest) = (type.Modifiers, type.Bases);
        if (type.Attributes.Length > 0) source.Append('[').Append(UsageOf().Replace(type.Attributes, Usage)).Append("]\n");
        if (type.IsDelegate)
        {
            source.Append(DelegateParameters().Replace(modifiers, $" {type.Name}(", 1)).Append(";\n");
            return;
        }

        source.Append(modifiers).Append(' ').Append(type.Name).Append(rest.Length > 0 ? $" : {rest}" : "").Append(" {\n");
        foreach (var member in type.Members)
        {
            if (type.IsEnum) source.Append(member).Append(",\n");
            else if (!type.IsRecord || (!OfRecords.Any(member.StartsWith) && member != $".ctor({type.Name} original) [protected]")) source.Append(Member(type, member)).Append('\n');
        }

        foreach (var nested in type.Nested) Write(nested, source);
        source.Append("}\n");
    }

    private static string Usage(Match arguments)
    {
        var parts = arguments.Groups["arguments"].Value.Split(", ");
        var targets = string.Join(" | ", parts.Where(part => !part.Contains('=', StringComparison.Ordinal)).Select(part => $"AttributeTargets.{part}"));
        return $"AttributeUsage({string.Join(", ", [targets, .. parts.Where(part => part.Contains('=', StringComparison.Ordinal)).Select(part => part.ToLowerInvariant().Replace("allowmultiple", "AllowMultiple", StringComparison.Ordinal).Replace("inherited", "Inherited", StringComparison.Ordinal))])})";
    }

    private static string Member(OfficialType type, string line)
    {
        var obsolete = line.EndsWith(" [Obsolete]", StringComparison.Ordinal);
        if (obsolete) line = line[..^" [Obsolete]".Length];
        var open = line.LastIndexOf(" [", StringComparison.Ordinal);
        var (signature, words) = (line[..open].Replace("null/default", "default", StringComparison.Ordinal), line[(open + 2)..^1]);
        var isExtension = words.EndsWith(" extension", StringComparison.Ordinal);
        if (isExtension) words = words[..^" extension".Length];
        var (modifiers, constant) = words.IndexOf(" = ", StringComparison.Ordinal) is var at and > 0 ? (words[..at], words[at..]) : (words, "");
        if (type.IsInterface) modifiers = "";
        var isBodiless = type.IsInterface || modifiers.Contains("abstract", StringComparison.Ordinal);
        var text = MethodLine().Match(signature) is { Success: true } method ? Method(type, method, isBodiless, isExtension)
            : PropertyLine().Match(signature) is { Success: true } property ? Property(property, modifiers, isBodiless)
            : FieldLine().Match(signature) is { Success: true } field ? $"{field.Groups["type"].Value} {field.Groups["name"].Value}{constant};"
            : throw new FormatException($"Not a member of a class: {line}");
        return $"{(obsolete ? "[Obsolete] " : "")}{modifiers} {text}";
    }

    private static string Method(OfficialType type, Match line, bool isBodiless, bool isExtension)
    {
        var (name, parameters, returns) = (line.Groups["name"].Value, line.Groups["parameters"].Value, line.Groups["returns"].Value);
        if (name == ".ctor") return $"{type.SimpleName}({parameters}) => throw null!;";
        var (result, constraints) = returns.IndexOf(" where ", StringComparison.Ordinal) is var at and > 0 ? (returns[..at], returns[at..]) : (returns, "");
        if (isExtension) parameters = "this " + parameters;
        var head = name switch
        {
            "op_Implicit" => $"implicit operator {result}",
            "op_Explicit" => $"explicit operator {result}",
            "op_Equality" => $"{result} operator ==",
            "op_Inequality" => $"{result} operator !=",
            _ => $"{result} {name}",
        };
        return $"{head}({parameters}){constraints}{(isBodiless ? ";" : " => throw null!;")}";
    }

    private static string Property(Match line, string modifiers, bool isBodiless)
    {
        var (name, type, accessors) = (line.Groups["name"].Value, line.Groups["type"].Value, line.Groups["accessors"].Value);
        if (modifiers.StartsWith("protected", StringComparison.Ordinal)) accessors = accessors.Replace("protected ", "", StringComparison.Ordinal);
        if (!isBodiless) accessors = accessors.Replace("get;", "get => throw null!;", StringComparison.Ordinal).Replace("set;", "set => throw null!;", StringComparison.Ordinal).Replace("init;", "init => throw null!;", StringComparison.Ordinal);
        return $"{type} {(name.StartsWith("Item[", StringComparison.Ordinal) ? "this" + name[4..] : name)} {{ {accessors} }}";
    }

    [GeneratedRegex(@"^(?<name>[\w.]+(<[\w, ]+>)?) : (?<declaration>public .+)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>[\w.]+(<[\w, ]+>)?)\((?<parameters>.*?)\)( -> (?<returns>.+))?$")]
    private static partial Regex MethodLine();

    [GeneratedRegex(@"^(?<name>\w+(\[[^\]]+\])?) \{ (?<accessors>.+) \} : (?<type>.+)$")]
    private static partial Regex PropertyLine();

    [GeneratedRegex(@"^(?<name>\w+) : (?<type>.+)$")]
    private static partial Regex FieldLine();

    [GeneratedRegex(@"AttributeUsage\((?<arguments>[^)]+)\)")]
    private static partial Regex UsageOf();

    [GeneratedRegex(@" \(")]
    private static partial Regex DelegateParameters();

    private sealed record OfficialType(string FullName, string Declaration)
    {
        public List<string> Members { get; } = [];

        public List<OfficialType> Nested { get; } = [];

        public string Container { get; } = FullName[..FullName.LastIndexOf('.')];

        public string Name => FullName[(Container.Length + 1)..];

        public string SimpleName => Name.Split('<')[0];

        public bool IsDelegate => Declaration.StartsWith("public delegate ", StringComparison.Ordinal);

        public bool IsEnum => Modifiers.EndsWith(" enum", StringComparison.Ordinal);

        public bool IsInterface => Modifiers.EndsWith(" interface", StringComparison.Ordinal);

        public bool IsRecord => Modifiers.Contains("record ", StringComparison.Ordinal);

        private string Plain => Declaration.IndexOf(" [", StringComparison.Ordinal) is var at and > 0 ? Declaration[..at] : Declaration;

        public string Attributes => Plain.Length == Declaration.Length ? "" : Declaration[(Plain.Length + 2)..^1];

        public string Modifiers => Plain.Split(" : ")[0];

        public string Bases => Plain.Split(" : ") is [_, var bases] ? bases : "";
    }
}
