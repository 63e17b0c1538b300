using System.Diagnostics;
using System.Text.Json;

namespace SyncFunctions.Infra.Tests;

/// <summary>What the app refers to, itself and by its projects, for each host.</summary>
public sealed class ReferenceTests
{
    private const string App = "functions/App/App.csproj";

    private static readonly string[] _embeddedProjects = [.. Directory.GetFiles(Repository.PathOf("infra/local/packages"), "*.csproj", SearchOption.AllDirectories).Select(project => Path.GetFileNameWithoutExtension(project))];

    // What the tests themselves are built from, as the restore before them has found it.
    private static readonly Reference _embedded = Read(Repository.PathOf("functions/App/obj/App.csproj.nuget.dgspec.json"));

    [Fact]
    public async Task ForAzure_NoProjectIsOutsideFunctions_AndEveryPackageIsPinned()
    {
        var azure = await EvaluateForAzureAsync(TestContext.Current.CancellationToken);

        azure.Projects.ShouldContain(App);
        azure.Projects.ShouldAllBe(project => project.StartsWith("functions/", StringComparison.Ordinal));
        azure.Packages.ShouldAllBe(package => package.Value.StartsWith('[') && char.IsAsciiDigit(package.Value[1]) && !package.Value.Contains('*'));
        _embedded.Packages.Keys.Concat(Swapped(_embedded)).ShouldBeSubsetOf(azure.Packages.Keys);
        azure.Packages.Keys.ShouldContain("Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged");
    }

    [Fact]
    public void Embedded_EveryPackageThatHasAProjectHere_IsThatProject()
    {
        Swapped(_embedded).ShouldContain("Microsoft.Azure.Functions.Worker");
        _embedded.Packages.Keys.Intersect(_embeddedProjects).ShouldBeEmpty();
        _embedded.Packages.Keys.ShouldNotContain(package => package.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal) || package.StartsWith("Azure.Monitor", StringComparison.Ordinal));
    }

    /// <summary>The projects here that take the place of packages which the app's own projects name.</summary>
    private static IEnumerable<string> Swapped(Reference graph) =>
        graph.Named.Select(project => Path.GetFileNameWithoutExtension(project)).Intersect(_embeddedProjects)
            // It lets the older storage packages restore; nobody names it.
            .Except(["System.IO.Hashing"]);

    /// <summary>As a restore would begin, without one.</summary>
    private static async Task<Reference> EvaluateForAzureAsync(CancellationToken cancellation)
    {
        var graph = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            string[] arguments = ["msbuild", Repository.PathOf(App), "-nologo", "-target:GenerateRestoreGraphFile", $"-property:RestoreGraphOutputPath={graph}", "-property:Hosting=Azure", "-nodeReuse:false"];
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            process.ExitCode.ShouldBe(0, output);
            return Read(graph);
        }
        finally
        {
            File.Delete(graph);
        }
    }

    private static Reference Read(string graph)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(graph));
        var projects = document.RootElement.GetProperty("projects").EnumerateObject()
            .Select(project => (Path: PathOf(project.Name), Framework: project.Value.GetProperty("frameworks").EnumerateObject().Single().Value, Restore: project.Value.GetProperty("restore").GetProperty("frameworks").EnumerateObject().Single().Value))
            .ToArray();
        var ours = projects.Where(project => project.Path.StartsWith("functions/", StringComparison.Ordinal)).ToArray();
        return new(
            [.. projects.Select(project => project.Path)],
            [.. ours.SelectMany(project => project.Restore.GetProperty("projectReferences").EnumerateObject()).Select(reference => PathOf(reference.Name)).Distinct()],
            ours.SelectMany(project => project.Framework.GetProperty("dependencies").EnumerateObject()).DistinctBy(package => package.Name)
                .ToDictionary(package => package.Name, package => package.Value.GetProperty("version").GetString()!));
    }

    private static string PathOf(string project) => Path.GetRelativePath(Repository.Root, project).Replace('\\', '/');

    /// <param name="Projects">All that the app is made of.</param>
    /// <param name="Named">Those that projects in functions/ refer to themselves.</param>
    /// <param name="Packages">What projects in functions/ refer to, and the versions.</param>
    private sealed record Reference(string[] Projects, string[] Named, Dictionary<string, string> Packages);
}
