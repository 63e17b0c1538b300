using System.IO.Compression;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Settings;

namespace SyncFunctions.Infra.Tests;

public sealed class PackageTests
{
    private const string Given = "AZURE_PACKAGE";
    private const string Embedded = "infra/local/packages/Microsoft.Azure.Functions.Worker.Core/Microsoft.Azure.Functions.Worker.Core.csproj";
    private const string Metadata = """[{"name":"GetLiveness"},{"name":"PollTimer"}]""";
    private const string Extension = ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.Storage.Queues.dll";

    private static readonly string _host = Repository.Read("host.json");

    private static readonly string[] _functions =
        [.. typeof(BuiltFor).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>()];

    [Fact]
    public async Task Package_ThatIsDeployed_IsWithoutFindings()
    {
        var path = Environment.GetEnvironmentVariable(Given);
        Assert.SkipWhen(string.IsNullOrEmpty(path), $"{Given} is not set. It names the zip of dotnet publish functions/App -p:Hosting=Azure, which needs packages that only nuget.org has.");

        await using var zip = await ZipFile.OpenReadAsync(path!, TestContext.Current.CancellationToken);
        Findings(zip, _functions).ShouldBeEmpty();
    }

    [Fact]
    public void Package_AsItShouldBe_IsWithoutFindings() => Findings(Sample()).ShouldBeEmpty();

    [Theory]
    [InlineData("host.json", null, "There is no host.json at the root")]
    [InlineData("host.json", """{"version":"2.0"}""", "host.json is not the repository's")]
    [InlineData("functions.metadata", null, "There is no functions.metadata at the root")]
    [InlineData("functions.metadata", """[{"name":"GetLiveness"}]""", "functions.metadata lacks PollTimer")]
    [InlineData("functions.metadata", """[{"name":"GetLiveness"},{"name":"PollTimer"},{"name":"Spare"}]""", "functions.metadata holds Spare, which the app does not have")]
    [InlineData("worker.config.json", null, "There is no worker.config.json at the root")]
    [InlineData("worker.config.json", """{"description":{"defaultWorkerPath":"Other.dll"}}""", "worker.config.json starts Other.dll")]
    [InlineData("extensions.json", null, "There is no extensions.json at the root")]
    [InlineData(Extension, null, $"There is no {Extension}, which extensions.json names")]
    [InlineData("SyncFunctions.App.dll", null, "There is no SyncFunctions.App.dll at the root")]
    [InlineData("local.settings.json", "{}", "local.settings.json is of one machine only")]
    [InlineData("settings/local.settings.sample.json", "{}", "settings/local.settings.sample.json is of one machine only")]
    public void Package_OneFileWrong_IsFound(string name, string? text, string finding) =>
        Findings(Sample((name, text is null ? null : Encoding.UTF8.GetBytes(text)))).ShouldBe([finding]);

    [Fact]
    public void Package_AppOfTheEmbeddedHost_IsFound() =>
        Findings(Sample((PackageAssembly.App, Built(typeof(BuiltFor))))).ShouldBe([$"{PackageAssembly.App} is built for the host Embedded"]);

    [Fact]
    public void Package_EmbeddedAssemblyUnderAnOfficialName_IsFound()
    {
        const string name = "Microsoft.Azure.Functions.Worker.Core.dll";
        Findings(Sample((name, Built(typeof(FunctionContext))))).ShouldBe([$"{name} is made of {Embedded}, which is not deployed"]);
        Findings(Sample((name, Assembly("Microsoft.Azure.Functions.Worker.Core")))).ShouldBeEmpty();
    }

    [Fact]
    public void Package_WithTests_IsFound() =>
        Findings(Sample(("SyncFunctions.Infra.Tests.dll", Built(typeof(PackageTests))))).ShouldBe(["SyncFunctions.Infra.Tests.dll is made of tests/Infra.Tests/Infra.Tests.csproj, which is not deployed"]);

    [Fact]
    public void EveryProject_OfThisRepository_SaysSoInItsAssembly()
    {
        var assemblies = Directory.GetFiles(Path.GetDirectoryName(typeof(PackageTests).Assembly.Location)!, "*.dll").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllBytes);
        foreach (var project in Directory.GetFiles(Repository.PathOf("infra/local/packages"), "*.csproj", SearchOption.AllDirectories).Where(project => assemblies.ContainsKey(Path.GetFileNameWithoutExtension(project))))
            PackageAssembly.Metadata(assemblies[Path.GetFileNameWithoutExtension(project)])["Project"].ShouldBe(Path.GetRelativePath(Repository.Root, project).Replace('\\', '/'));
    }

    /// <summary>The workflow builds the package for Azure, zips it with its hidden folders, and tells the test where it is, before it keeps it.</summary>
    [Fact]
    public void Workflow_TestsThePackage_BeforeItKeepsIt()
    {
        var build = Repository.Read(".github/workflows/build.yml");
        string[] steps = ["dotnet publish functions/App --configuration Release --property:Hosting=Azure --output package", "cd package && zip --quiet --recurse-paths ../app.zip .", "dotnet test tests/Infra.Tests", $"{Given}: ${{{{ github.workspace }}}}/app.zip", "path: app.zip"];
        steps.Select(step => build.IndexOf(step, StringComparison.Ordinal)).ShouldBe(steps.Select(step => build.IndexOf(step, StringComparison.Ordinal)).Where(at => at > 0).Order());
    }

    private static string[] Findings(ZipArchive zip, params string[] functions)
    {
        var rules = new PackageRules(zip);
        return [.. rules.Host(_host, functions.Length > 0 ? functions : ["GetLiveness", "PollTimer"]), .. rules.Extensions(), .. rules.Assemblies(), .. rules.LocalSettings()];
    }

    /// <summary>A package as the official SDK makes it, but for the files given: without, or with another content.</summary>
    private static ZipArchive Sample(params (string Name, byte[]? Content)[] changes)
    {
        var files = new Dictionary<string, byte[]?>
        {
            ["host.json"] = Encoding.UTF8.GetBytes(_host),
            ["functions.metadata"] = Encoding.UTF8.GetBytes(Metadata),
            ["worker.config.json"] = Encoding.UTF8.GetBytes("""{"description":{"language":"dotnet-isolated","defaultExecutablePath":"dotnet","defaultWorkerPath":"SyncFunctions.App.dll"}}"""),
            ["extensions.json"] = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { extensions = new[] { new { name = "AzureStorageQueues", hintPath = $"./{Extension}" } } })),
            [Extension] = Assembly("Microsoft.Azure.WebJobs.Extensions.Storage.Queues"),
            ["SyncFunctions.App.dll"] = Assembly("SyncFunctions.App", ("Project", "functions/App/App.csproj"), ("Hosting", "Azure")),
            ["Azure.Core.dll"] = Assembly("Azure.Core", ("Serviceable", "True")),
            ["runtimes/win/native/native.dll"] = NotManaged(),
        };
        foreach (var (name, content) in changes) files[name] = content;
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files.Where(file => file.Value is not null))
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return new ZipArchive(bytes);
    }

    private static byte[] Built(Type type) => File.ReadAllBytes(type.Assembly.Location);

    private static byte[] Assembly(string name, params (string Key, string Value)[] told)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        assembly.DefineDynamicModule(name);
        foreach (var (key, value) in told) assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(AssemblyMetadataAttribute).GetConstructors().Single(), [key, value]));
        using var file = new MemoryStream();
        assembly.Save(file);
        return file.ToArray();
    }

    /// <summary>A library in machine code: one whose header names no part for the runtime.</summary>
    private static byte[] NotManaged()
    {
        var file = Assembly("native");
        var headers = new PEHeaders(new MemoryStream(file));
        var runtimePart = headers.PEHeaderStartOffset + (headers.PEHeader!.Magic == PEMagic.PE32Plus ? 112 : 96) + (14 * 8);
        file.AsSpan(runtimePart, 8).Clear();
        return file;
    }
}
