using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace SyncFunctions.Infra.Tests;

/// <summary>azure.yaml against the files around it.</summary>
internal sealed partial class ProjectRules
{
    private readonly YamlMappingNode _root;
    private readonly string _folder;

    /// <param name="folder">Where azure.yaml lies.</param>
    public ProjectRules(string yaml, string folder)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        (_root, _folder) = ((YamlMappingNode)stream.Documents.Single().RootNode, folder);
    }

    public IEnumerable<string> Paths()
    {
        var infra = (YamlMappingNode)_root["infra"];
        var template = Path.Combine(Text(infra, "path"), $"{Text(infra, "module")}.bicep");
        if (!File.Exists(In(template))) yield return $"There is no {template}";
        foreach (var (name, service) in Services())
        {
            if (!Directory.Exists(In(Text(service, "project")))) yield return $"The project of {name} is not there";
        }

        foreach (var command in Commands())
        {
            foreach (Match project in Project().Matches(command))
            {
                if (!Directory.Exists(In(project.Groups[1].Value)) || Directory.GetFiles(In(project.Groups[1].Value), "*.csproj").Length != 1) yield return $"There is no project in {project.Groups[1].Value}";
            }
        }
    }

    /// <summary>The package is the build for Azure, put where azd takes it from, on every system that azd runs on.</summary>
    public IEnumerable<string> Packages() =>
        from service in Services()
        from shell in new[] { "posix", "windows" }
        let command = service.Value.Children.ContainsKey("hooks") ? Text(service.Value["hooks"]["prepackage"][shell], "run") : ""
        where !command.Contains("Hosting=Azure", StringComparison.Ordinal) || !command.Contains($"--output {Text(service.Value, "dist")}", StringComparison.Ordinal)
        select $"{service.Key} does not package the build for Azure with {shell}";

    /// <summary>azd finds the app by this tag.</summary>
    public IEnumerable<string> Tags(string appTemplate) =>
        from service in Services()
        where !appTemplate.Contains($"'azd-service-name': '{service.Key}'", StringComparison.Ordinal)
        select $"No resource has the tag of {service.Key}";

    private IEnumerable<KeyValuePair<string, YamlMappingNode>> Services() =>
        ((YamlMappingNode)_root["services"]).Select(service => KeyValuePair.Create(((YamlScalarNode)service.Key).Value!, (YamlMappingNode)service.Value));

    private IEnumerable<string> Commands() =>
        _root.AllNodes.OfType<YamlMappingNode>().Where(node => node.Children.ContainsKey("run")).Select(node => Text(node, "run"));

    private string In(string path) => Path.GetFullPath(Path.Combine(_folder, path));

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    [GeneratedRegex(@"(?:dotnet publish|--project) ([\w./]+)")]
    private static partial Regex Project();
}
