using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SyncFunctions.App.Contract;

/// <summary>What the code says of itself: the files that the compiler writes beside the assemblies. Where one is missing, nothing is said.</summary>
internal static partial class CodeComments
{
    private static readonly Lazy<ImmutableDictionary<string, XElement>> Members = new(Read);

    /// <summary>Of a type.</summary>
    public static string? Of(Type type) => Text(Find($"T:{Name(type)}")?.Element("summary"));

    /// <summary>Of a property, also where it is a parameter of its record.</summary>
    public static string? Of(Type type, string property) =>
        Text(Find($"P:{Name(type)}.{property}")?.Element("summary"))
        ?? Text(Find($"T:{Name(type)}")?.Elements("param").FirstOrDefault(param => string.Equals(param.Attribute("name")?.Value, property, StringComparison.OrdinalIgnoreCase)));

    private static XElement? Find(string id) => Members.Value.GetValueOrDefault(id);

    private static string Name(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static ImmutableDictionary<string, XElement> Read() => new DirectoryInfo(AppContext.BaseDirectory).GetFiles("SyncFunctions.*.xml")
        .SelectMany(file => XDocument.Load(file.FullName).Descendants("member"))
        .Where(member => member.Attribute("name") is not null)
        .DistinctBy(member => member.Attribute("name")!.Value)
        .ToImmutableDictionary(member => member.Attribute("name")!.Value);

    private static string? Text(XElement? element)
    {
        if (element is null) return null;
        foreach (var reference in element.Descendants().Where(inner => inner.Name.LocalName is "see" or "paramref").ToList())
            reference.ReplaceWith((reference.Attribute("cref")?.Value ?? reference.Attribute("name")?.Value ?? "").Split('.', ':')[^1]);
        var text = Blanks().Replace(element.Value, " ").Trim();
        return text.Length == 0 ? null : text;
    }

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blanks();
}
