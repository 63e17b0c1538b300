using System.Text.RegularExpressions;

namespace SyncFunctions.Infra.Tests;

/// <summary>What a Bicep compiler and a reviewer would say of a set of templates, each rule by itself; no finding is good.</summary>
internal sealed partial class TemplateRules(IReadOnlyDictionary<string, string> files)
{
    private readonly Dictionary<string, IReadOnlyList<Declaration>> _files = files.ToDictionary(file => file.Key, file => (IReadOnlyList<Declaration>)BicepParser.Parse(file.Value));

    public IReadOnlyList<Declaration> this[string file] => _files[file];

    /// <summary>Whatever is referred to is declared, once, and whatever is declared is referred to.</summary>
    public IEnumerable<string> Symbols() =>
        from file in _files
        where file.Key.EndsWith(".bicep", StringComparison.Ordinal)
        let declared = file.Value.Where(one => one is not (Declaration.Head or Declaration.Output)).Select(one => one.Name).ToList()
        let used = file.Value.SelectMany(one => one.Content?.FreeNames() ?? []).ToHashSet()
        from finding in declared.Except(used).Where(name => !IsMade(file.Value, name)).Select(name => $"'{name}' is used nowhere")
            .Concat(used.Except(declared).Select(name => $"'{name}' is declared nowhere"))
            .Concat(declared.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => $"'{same.Key}' is declared twice"))
        select $"{file.Key}: {finding}";

    // A resource or a module is there for itself.
    private static bool IsMade(IReadOnlyList<Declaration> file, string name) => file.Any(one => one.Name == name && one is Declaration.Resource or Declaration.Module);

    /// <summary>A module gets what it asks for and nothing else, and a parameters file likewise; each module is used.</summary>
    public IEnumerable<string> Parameters()
    {
        var modules = from file in _files
                      from module in file.Value.OfType<Declaration.Module>()
                      select (file.Key, Path: PathOf(file.Key, module.Path), Given: module.Body.All().OfType<Expression.Object>().First().Find("params") is Expression.Object given ? given.Properties.Select(one => Expression.Object.KeyOf(one.Key)!).ToList() : []);
        var assigned = from file in _files
                       from head in file.Value.OfType<Declaration.Head>()
                       where head.Name == "using"
                       select (file.Key, Path: PathOf(file.Key, head.Value), Given: file.Value.OfType<Declaration.Assignment>().Select(one => one.Name).ToList());
        var uses = modules.Concat(assigned).ToList();
        foreach (var (user, path, given) in uses)
        {
            if (!_files.TryGetValue(path, out var file))
            {
                yield return $"{user}: there is no {path}";
                continue;
            }

            var asked = file.OfType<Declaration.Parameter>().ToList();
            foreach (var name in asked.Where(one => one.Default is null).Select(one => one.Name).Except(given)) yield return $"{user}: {path} is not given '{name}'";
            foreach (var name in given.Except(asked.Select(one => one.Name))) yield return $"{user}: {path} asks for no '{name}'";
        }

        foreach (var file in _files.Keys.Where(file => file.StartsWith("modules/", StringComparison.Ordinal)).Except(uses.Select(use => use.Path))) yield return $"{file} is used nowhere";
    }

    /// <summary>Outputs that are read exist; those of modules are read, and those of the whole are described.</summary>
    public IEnumerable<string> Outputs()
    {
        var read = new HashSet<(string Path, string Name)>();
        foreach (var (name, file) in _files)
        {
            var modules = file.OfType<Declaration.Module>().ToDictionary(module => module.Name, module => PathOf(name, module.Path));
            foreach (var member in file.SelectMany(one => one.Content?.All() ?? []).OfType<Expression.Member>())
            {
                if (member.Target is Expression.Member { Id: "outputs", Target: Expression.Name module } && modules.TryGetValue(module.Id, out var path)) read.Add((path, member.Id));
            }
        }

        var made = _files.SelectMany(file => file.Value.OfType<Declaration.Output>().Select(output => (Path: file.Key, output.Name, output.IsDescribed))).ToList();
        foreach (var (path, name) in read.Except(made.Select(one => (one.Path, one.Name)))) yield return $"{path} has no output '{name}'";
        foreach (var (path, name, described) in made)
        {
            if (path.StartsWith("modules/", StringComparison.Ordinal) ? !read.Contains((path, name)) : !described) yield return $"{path}: the output '{name}' is neither read nor described";
        }
    }

    /// <summary>Each GUID is a known role, under its name.</summary>
    public IEnumerable<string> Roles() =>
        from file in _files
        from line in files[file.Key].Split('\n')
        from Match guid in Guid().Matches(line)
        let name = NamedGuid().Match(line)
        where Known.Roles.GetValueOrDefault(guid.Value) is not { } role || !name.Success || name.Groups[1].Value != role
        select $"{file.Key}: {guid.Value} is not the role that stands before it";

    public IEnumerable<string> Resources() =>
        from file in _files
        from resource in file.Value.OfType<Declaration.Resource>()
        where Known.Resources.GetValueOrDefault(resource.Type) != resource.ApiVersion
        select $"{file.Key}: {resource.Type}@{resource.ApiVersion} was not looked up";

    public IEnumerable<string> Functions() =>
        from file in _files
        from call in file.Value.SelectMany(one => (one.Content?.All() ?? []).Concat(one.Decorators)).OfType<Expression.Call>()
        where !Known.Functions.Contains(call.Function)
        select $"{file.Key}: {call.Function}() is not one of the functions that give the same every time";

    /// <summary>No secret in a text, and no parameter or output that would hold one.</summary>
    public IEnumerable<string> Secrets() =>
        (from file in files
         from Match match in SecretText().Matches(Guid().Replace(file.Value, ""))
         select $"{file.Key}: '{match.Value[..Math.Min(12, match.Value.Length)]}…' looks like a secret")
        .Concat(
            from file in _files
            from one in file.Value
            where one is Declaration.Parameter { Type: "string" } or Declaration.Output && SecretName().IsMatch(one.Name)
            select $"{file.Key}: '{one.Name}' would hold a secret");

    /// <summary>Accounts without keys, old TLS and public blobs; identities without passwords.</summary>
    public IEnumerable<string> Keyless()
    {
        var wanted = new (string Type, string Property, object Value)[]
        {
            ("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", false),
            ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", false),
            ("Microsoft.Storage/storageAccounts", "minimumTlsVersion", "TLS1_2"),
            ("Microsoft.KeyVault/vaults", "enableRbacAuthorization", true),
            ("Microsoft.KeyVault/vaults", "enablePurgeProtection", true),
            ("Microsoft.Insights/components", "DisableLocalAuth", true),
            ("Microsoft.Web/sites", "httpsOnly", true),
            ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", false),
        };
        return from file in _files
               from resource in file.Value.OfType<Declaration.Resource>()
               from want in wanted
               where want.Type == resource.Type && !resource.Body.All().OfType<Expression.Object>().Any(part => Equals(ValueOf(part.Find(want.Property)), want.Value))
               select $"{file.Key}: {resource.Name} does not say {want.Property}: {want.Value}";
    }

    private static object? ValueOf(Expression? expression) => expression switch { Expression.Literal literal => literal.Value, Expression.Text text => text.Plain, _ => null };

    private static string PathOf(string from, string path) =>
        path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : from.Contains('/') ? $"{from[..from.LastIndexOf('/')]}/{path}" : path;

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.IgnoreCase)]
    private static partial Regex Guid();

    [GeneratedRegex(@"^\s*'([^']+)': '[0-9a-fA-F-]{36}'\s*$")]
    private static partial Regex NamedGuid();

    [GeneratedRegex(@"AccountKey=|SharedAccess|[?&]sig=|-----BEGIN|InstrumentationKey=|\b(sk|fk|whsec)_\w|[A-Za-z0-9+/]{43}=|[0-9a-f]{32,}", RegexOptions.IgnoreCase)]
    private static partial Regex SecretText();

    [GeneratedRegex("(secret|password|key|token)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
