using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SyncFunctions.Simulation.Planted;

/// <summary>
/// The product with a bug: the one project that has it is compiled anew from its source, and is loaded beside the others, and beside
/// the simulation, in a context of its own.
/// </summary>
public sealed class PlantedBuild : IDisposable
{
    private const string Prefix = "SyncFunctions.";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    private static readonly string[] ImplicitUsings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    /// <summary>Each project as it is, read and parsed once: a bug changes one file of it.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<CSharpCompilation>> Projects = new();

    private readonly AssemblyLoadContext _context;
    private readonly MethodInfo _core;
    private readonly MethodInfo _service;
    private readonly MethodInfo _crashes;

    private PlantedBuild(AssemblyLoadContext context)
    {
        _context = context;
        var simulation = context.LoadFromAssemblyName(new AssemblyName("SyncFunctions.Simulation"));
        _core = simulation.GetType("SyncFunctions.Simulation.Core.CoreRun")!.GetMethod("Findings")!;
        _service = simulation.GetType("SyncFunctions.Simulation.Service.ServiceRun")!.GetMethod("Findings")!;
        _crashes = simulation.GetType("SyncFunctions.Simulation.CrashPoints.CrashRun")!.GetMethod("Findings")!;
    }

    /// <exception cref="InvalidOperationException">The text is not there exactly once, or the result does not compile.</exception>
    public static PlantedBuild Of(PlantedBug bug)
    {
        var project = ProjectOf(bug.Project);
        var path = Path.Combine(Functions(), bug.File);
        var source = File.ReadAllText(path);
        var times = source.Split(bug.Text).Length - 1;
        if (times != 1) throw new InvalidOperationException($"'{bug.Text}' stands {times} times in {bug.File}: the planted bug '{bug.Name}' has to be brought up to date.");
        var changed = Parse(path, source.Replace(bug.Text, bug.Put, StringComparison.Ordinal));
        return new PlantedBuild(new Context(new() { [$"{Prefix}{bug.Project}"] = Emit(project.ReplaceSyntaxTree(project.SyntaxTrees.Single(tree => tree.FilePath == path), changed)) }));
    }

    /// <summary>The projects compiled anew in the same way, without any bug: what is found with one is not due to how it was built.</summary>
    public static PlantedBuild Untouched(IEnumerable<string> projects) =>
        new(new Context(projects.ToDictionary(project => $"{Prefix}{project}", project => Emit(ProjectOf(project)))));

    /// <summary>What the checker finds in one run of the core with the bug.</summary>
    public IReadOnlyList<string> Findings(int seed, int operations) => Run(_core, seed, operations);

    /// <summary>What the checker finds in one run of the whole service with the bug.</summary>
    public IReadOnlyList<string> FindingsOfService(int seed, int operations) => Run(_service, seed, operations);

    /// <summary>What the first death in a scenario leaves that leaves anything wrong, with the bug.</summary>
    public IReadOnlyList<string> FindingsOfDeaths(string scenario, bool standsStill) => Run(_crashes, scenario, standsStill);

    private static IReadOnlyList<string> Run(MethodInfo run, params object[] arguments)
    {
        try
        {
            return (string[])run.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException failure)
        {
            return [$"exception: {failure.InnerException}"];
        }
    }

    public void Dispose() => _context.Unload();

    private static CSharpCompilation ProjectOf(string project) => Projects.GetOrAdd(project, name => new(() => Read(name))).Value;

    private static CSharpCompilation Read(string project)
    {
        var folder = Path.Combine(Functions(), project);
        var settings = XDocument.Load(Path.Combine(folder, $"{project}.csproj"));
        string[] usings = [.. ImplicitUsings, .. settings.Descendants("Using").Select(item => item.Attribute("Include")!.Value)];
        var friends = settings.Descendants("InternalsVisibleTo").Select(item => item.Attribute("Include")!.Value);
        var head = string.Concat(usings.Select(space => $"global using {space};\n")) + string.Concat(friends.Select(friend => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend}\")]\n"));
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        var trees = files.Select(file => Parse(file, File.ReadAllText(file)));
        var name = $"{Prefix}{project}";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(file => Path.GetFileNameWithoutExtension(file) != name).Select(file => MetadataReference.CreateFromFile(file));
        var options = new CSharpCompilationOptions(project == "App" ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(head, Language), .. trees], references, options);
    }

    private static byte[] Emit(CSharpCompilation project)
    {
        using var image = new MemoryStream();
        var result = project.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)));
    }

    private static SyntaxTree Parse(string path, string text) => WithoutGenerators(CSharpSyntaxTree.ParseText(text, Language, path));

    /// <summary>What a source generator would write (<c>LoggerMessage</c>) is left empty.</summary>
    private static SyntaxTree WithoutGenerators(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var halves = root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(method => method is { Body: null, ExpressionBody: null } && method.Modifiers.Any(SyntaxKind.PartialKeyword)).ToList();
        if (halves.Count == 0) return tree;
        return tree.WithRootAndOptions(
            root.ReplaceNodes(halves, (_, method) => method
                .WithAttributeLists([])
                .WithModifiers(SyntaxFactory.TokenList(method.Modifiers.Where(word => !word.IsKind(SyntaxKind.PartialKeyword))))
                .WithSemicolonToken(default)
                .WithBody(SyntaxFactory.Block())),
            Language);
    }

    private static string Functions([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../functions"));

    private sealed class Context(Dictionary<string, byte[]> images) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name?.StartsWith(Prefix, StringComparison.Ordinal) != true) return null;
            if (!images.TryGetValue(assemblyName.Name, out var image)) return LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"));
            using var stream = new MemoryStream(image);
            return LoadFromStream(stream);
        }
    }
}
