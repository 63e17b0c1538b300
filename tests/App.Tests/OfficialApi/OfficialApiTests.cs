using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SyncFunctions.App.Tests.OfficialApi;

/// <summary>
/// The source of <c>functions/</c> goes through the compiler with the official packages' public declarations in the place of the
/// embedded packages: a member that only the embedded ones have, or an overload that only the official ones have and that makes a
/// call ambiguous, is an error here, as it would be in a build for Azure.
/// </summary>
public sealed class OfficialApiTests
{
    private static readonly string[] Worker = ["Microsoft.Azure.Functions.Worker.Extensions.Abstractions", "Microsoft.Azure.Functions.Worker.Core"];

    private static readonly string[] DurableTask = ["Microsoft.DurableTask.Abstractions", "Microsoft.DurableTask.Client"];

    /// <summary>Each package with those that it refers to, which stand before it.</summary>
    private static readonly (string Name, string[] References)[] Packages =
    [
        ("Azure.Data.Tables", []),
        (Worker[0], []),
        (Worker[1], [Worker[0]]),
        ("Microsoft.Azure.Functions.Worker", Worker),
        ("Microsoft.Azure.Functions.Worker.Extensions.Http", Worker),
        ("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore", [.. Worker, "Microsoft.Azure.Functions.Worker"]),
        ("Microsoft.Azure.Functions.Worker.Extensions.Timer", Worker),
        ("Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues", Worker),
        (DurableTask[0], []),
        (DurableTask[1], [DurableTask[0]]),
        ("Microsoft.Azure.Functions.Worker.Extensions.DurableTask", [.. Worker, .. DurableTask]),
    ];

    /// <summary>The lists name types without their namespaces: those of the framework and of Azure.Core.</summary>
    private static readonly string[] Namespaces =
    [
        "System", "System.Buffers", "System.Collections", "System.Collections.Generic", "System.Collections.Immutable", "System.Collections.Specialized", "System.IO", "System.Linq.Expressions", "System.Net", "System.Net.Http",
        "System.Net.Http.Headers", "System.Reflection", "System.Runtime.Serialization", "System.Security.Claims", "System.Text", "System.Text.Json", "System.Text.Json.Serialization", "System.Threading", "System.Threading.Tasks",
        "Azure", "Azure.Core", "Azure.Core.Extensions", "Azure.Core.Serialization", "Microsoft.AspNetCore.Http", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Diagnostics.Metrics",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging", "Microsoft.Extensions.Options", "Microsoft.Extensions.Primitives",
    ];

    /// <summary>What only a build for Azure uses, of packages that are not listed, as their documentation has it.</summary>
    private const string Documented = """
        namespace Azure.Monitor.OpenTelemetry.Exporter
        {
            public class AzureMonitorExporterOptions { public string ConnectionString { get; set; } public global::Azure.Core.TokenCredential Credential { get; set; } }
            public static class OpenTelemetryBuilderExtensions { public static global::OpenTelemetry.IOpenTelemetryBuilder UseAzureMonitorExporter(this global::OpenTelemetry.IOpenTelemetryBuilder builder, System.Action<AzureMonitorExporterOptions> configure) => builder; }
        }

        namespace Microsoft.Azure.Functions.Worker.OpenTelemetry
        {
            public static class ConfigureFunctionsOpenTelemetry { public static global::OpenTelemetry.IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this global::OpenTelemetry.IOpenTelemetryBuilder builder) => builder; }
        }
        """;

    private static readonly string[] Projects = ["Engine", "Connectors", "Pairs", "State", "App"];

    /// <summary>The compiler's numbers for a name that is not known.</summary>
    private static readonly string[] UnknownName = ["CS0246", "CS0234", "CS0305", "CS0400"];

    /// <summary>Types of a package that the function app does not use (DurableTask.Core): official members that name them can't be used here.</summary>
    private static readonly string[] Elsewhere = ["'HistoryEvent'"];

    /// <summary>Partial members whose other half a source generator writes (<c>LoggerMessage</c>).</summary>
    private const string HalfIsGenerated = "CS8795";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview, preprocessorSymbols: ["HOSTING_AZURE"]);

    private static readonly Lazy<List<MetadataReference>> Others = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name && !Packages.Any(package => package.Name == name) && !name.StartsWith("SyncFunctions.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly Lazy<Dictionary<string, CSharpCompilation>> Official = new(() =>
    {
        var (declared, namespaces) = (new Dictionary<string, CSharpCompilation>(StringComparer.Ordinal), new Dictionary<string, IEnumerable<string>>(StringComparer.Ordinal));
        foreach (var (name, references) in Packages)
        {
            var package = OfficialSource.Of(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "official-api", $"{name}.txt")));
            namespaces[name] = package.Namespaces;
            var usings = Namespaces.Concat(references.SelectMany(reference => namespaces[reference])).Concat(package.Namespaces).Distinct(StringComparer.Ordinal).Select(space => $"using {space};\n");
            declared.Add(name, Compile(name, [Parse($"#nullable enable\n{string.Concat(usings)}{package.Source}", $"{name}.cs")], references.Select(reference => declared[reference])));
        }

        return declared;
    });

    private static readonly Lazy<List<CSharpCompilation>> Functions = new(CompileFunctions);

    [Fact]
    public void OfficialDeclarations_NameNothingUnknown()
    {
        var unknown = Official.Value.Values.SelectMany(package => package.GetDiagnostics()).Where(found => UnknownName.Contains(found.Id) && !Elsewhere.Any(found.GetMessage().Contains));
        unknown.Select(found => found.ToString()).ShouldBeEmpty();
    }

    [Fact]
    public void Functions_CompileAgainstTheOfficialPackages() => Errors(Functions.Value.SelectMany(project => project.GetDiagnostics())).ShouldBeEmpty();

    [Theory]
    [InlineData("class Added { object F(Microsoft.Azure.Functions.Worker.FunctionContext context) => context.EmbeddedOnly; }", "CS1061")]
    [InlineData("class Added { object F() => new Microsoft.Azure.Functions.Worker.Embedded.EmbeddedHostOptions(); }", "CS0234")]
    [InlineData("class Added { object F(Azure.Data.Tables.TableClient client) => client.Query<Azure.Data.Tables.TableEntity>(1); }", "CS1503")]
    public void Function_ThatUsesWhatIsNotOfficial_DoesNotCompile(string source, string error)
    {
        var added = Parse(source, "Added.cs");
        Errors(Functions.Value[^1].AddSyntaxTrees(added).GetSemanticModel(added).GetDiagnostics()).ShouldHaveSingleItem().ShouldContain(error);
    }

    private static IEnumerable<string> Errors(IEnumerable<Diagnostic> found)
        => found.Where(one => one.Severity == DiagnosticSeverity.Error && one.Id != HalfIsGenerated).Select(one => one.ToString());

    private static List<CSharpCompilation> CompileFunctions()
    {
        var compiled = new List<CSharpCompilation>();
        var documented = Compile(nameof(Documented), [Parse(Documented, $"{nameof(Documented)}.cs")], []);
        foreach (var name in Projects)
        {
            var folder = Path.Combine(Source(), name);
            var project = XDocument.Load(Path.Combine(folder, $"{name}.csproj"));
            string[] usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks", .. project.Descendants("Using").Select(item => item.Attribute("Include")!.Value)];
            var friends = project.Descendants("InternalsVisibleTo").Select(item => item.Attribute("Include")!.Value);
            var head = string.Concat(usings.Select(space => $"global using {space};\n")) + string.Concat(friends.Select(friend => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend}\")]\n"));
            var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
            compiled.Add(Compile($"SyncFunctions.{name}", [Parse(head, $"{name}.head.cs"), .. files.Select(file => Parse(File.ReadAllText(file), file))], [.. Official.Value.Values, documented, .. compiled]));
        }

        return compiled;
    }

    private static CSharpCompilation Compile(string name, IEnumerable<SyntaxTree> trees, IEnumerable<CSharpCompilation> references)
        => CSharpCompilation.Create(
            name,
            trees,
            [.. Others.Value, .. references.Select(reference => reference.ToMetadataReference())],
            new CSharpCompilationOptions(name == "SyncFunctions.App" ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    private static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, Language, path);

    private static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../functions"));
}
