using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SyncFunctions.Simulation.CrashPoints;
using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Planted;

/// <summary>
/// The product with all bugs in it, each asleep until it is woken for a run: the projects that have any are compiled once from their
/// source, and loaded beside the others, and beside the simulation, in a context of their own.
/// </summary>
public sealed class PlantedBuild
{
    private const string Prefix = "SyncFunctions.";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    private static readonly string[] ImplicitUsings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private readonly IReadOnlyList<PlantedBug> _bugs;
    private readonly IReadOnlyList<FieldInfo> _woken;
    private readonly MethodInfo _core;
    private readonly MethodInfo _service;
    private readonly MethodInfo _scenarios;

    private PlantedBuild(AssemblyLoadContext context, IReadOnlyList<PlantedBug> bugs, IEnumerable<string> projects)
    {
        _bugs = bugs;
        _woken = [.. projects.Select(project => context.LoadFromAssemblyName(new AssemblyName($"{Prefix}{project}")).GetType(PlantedSource.SwitchType)!.GetField(PlantedSource.SwitchField, BindingFlags.NonPublic | BindingFlags.Static)!)];
        var simulation = context.LoadFromAssemblyName(new AssemblyName("SyncFunctions.Simulation"));
        _core = simulation.GetType("SyncFunctions.Simulation.Core.CoreRun")!.GetMethod("Findings")!;
        _service = simulation.GetType("SyncFunctions.Simulation.Service.ServiceRun")!.GetMethod("Findings")!;
        _scenarios = simulation.GetType("SyncFunctions.Simulation.CrashPoints.CrashRun")!.GetMethod("Findings")!;
    }

    /// <exception cref="InvalidOperationException">A bug's text is not in its file exactly once, or the result does not compile.</exception>
    public static PlantedBuild Of(IReadOnlyList<PlantedBug> bugs)
    {
        var byProject = bugs.Select((bug, i) => (Bug: bug, Number: i + 1)).GroupBy(planted => planted.Bug.Project).ToList();
        var images = byProject.AsParallel().ToDictionary(project => $"{Prefix}{project.Key}", project => Emit(Read(project.Key, [.. project])));
        return new PlantedBuild(new Context(images), bugs, byProject.Select(project => project.Key));
    }

    /// <summary>What the checker finds in one run of the core with the bug.</summary>
    public IReadOnlyList<string> Findings(PlantedBug? bug, int seed, int operations) => Run(bug, _core, seed, operations);

    /// <summary>What the checker finds in one run of the whole service with the bug.</summary>
    public IReadOnlyList<string> FindingsOfService(PlantedBug? bug, int seed, int operations) => Run(bug, _service, seed, operations);

    /// <summary>What is first found wrong in a scenario, whenever in it the mishap happens, with the bug.</summary>
    public IReadOnlyList<string> FindingsOfScenario(PlantedBug? bug, string scenario, Mishap mishap) => Run(bug, _scenarios, scenario, mishap.ToString());

    /// <param name="bug">Null: all of them sleep.</param>
    private IReadOnlyList<string> Run(PlantedBug? bug, MethodInfo run, params object[] arguments) => SingleThread.Run(() =>
    {
        // It wakes on this thread alone, which is the run's.
        if (bug is not null) foreach (var field in _woken) field.SetValue(null, NumberOf(bug));
        try
        {
            return (string[])run.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException failure)
        {
            return [$"exception: {failure.InnerException}"];
        }
    });

    private int NumberOf(PlantedBug bug)
    {
        for (var i = 0; i < _bugs.Count; i++)
        {
            if (ReferenceEquals(_bugs[i], bug)) return i + 1;
        }

        throw new ArgumentException("It is not planted.", nameof(bug));
    }

    private static CSharpCompilation Read(string project, IReadOnlyList<(PlantedBug Bug, int Number)> bugs)
    {
        var folder = Path.Combine(Functions(), project);
        var settings = XDocument.Load(Path.Combine(folder, $"{project}.csproj"));
        string[] usings = [.. ImplicitUsings, .. settings.Descendants("Using").Select(item => item.Attribute("Include")!.Value)];
        var friends = settings.Descendants("InternalsVisibleTo").Select(item => item.Attribute("Include")!.Value);
        var head = string.Concat(usings.Select(space => $"global using {space};\n")) + string.Concat(friends.Select(friend => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend}\")]\n")) + PlantedSource.Switch;
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        var planted = bugs.ToLookup(bug => Path.GetFullPath(Path.Combine(Functions(), bug.Bug.File)));
        if (planted.FirstOrDefault(file => !File.Exists(file.Key)) is { } missing) throw new InvalidOperationException($"There is no {missing.Key}: the planted bug '{missing.First().Bug.Name}' has to be brought up to date.");
        var trees = files.Select(file => WithoutGenerators(CSharpSyntaxTree.Create(PlantedSource.Of(file, File.ReadAllText(file), [.. planted[Path.GetFullPath(file)]], Language), Language, file)));
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

    /// <summary>What a source generator would write is left empty (<c>LoggerMessage</c>), or is nothing that the simulation needs (<c>GeneratedRegex</c>).</summary>
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
                .WithBody(method.ReturnType.ToString() == "void" ? SyntaxFactory.Block() : Missing)),
            Language);
    }

    private static BlockSyntax Missing => SyntaxFactory.Block(SyntaxFactory.ParseStatement("throw new System.NotSupportedException();"));

    private static string Functions([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../functions"));

    private sealed class Context(Dictionary<string, byte[]> images) : AssemblyLoadContext
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
