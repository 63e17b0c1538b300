using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What processes of the same app share, so that they find each other's locks and schedules in storage.</summary>
internal sealed class HostId(IConfiguration configuration, EmbeddedHostOptions options)
{
    /// <summary>The setting that names it; otherwise it follows from the name of the function assembly.</summary>
    public const string Setting = "AzureFunctionsWebHost:hostid";

    public string Value { get; } = configuration[Setting] is { Length: > 0 } set ? set : FromName(options.FunctionAssembly.GetName().Name!);

    public override string ToString() => Value;

    private static string FromName(string name)
    {
        var id = new string([.. name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]).Trim('-');
        return id.Length <= 32 ? id : id[..32].TrimEnd('-');
    }
}
