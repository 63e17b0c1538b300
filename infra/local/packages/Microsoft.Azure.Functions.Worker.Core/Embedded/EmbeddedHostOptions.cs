using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What tests set and an app leaves alone.</summary>
internal sealed class EmbeddedHostOptions
{
    /// <summary>Where functions are looked for, and from where extensions are reached by reference.</summary>
    public Assembly FunctionAssembly { get; init; } = Assembly.GetEntryAssembly()
        ?? throw new InvalidOperationException("There is no entry assembly to look for functions in.");

    /// <summary>Which classes of the assembly count.</summary>
    public Func<Type, bool> IncludeType { get; init; } = static _ => true;

    /// <summary>The folder of host.json and local.settings.json.</summary>
    public string BaseDirectory { get; init; } = AppContext.BaseDirectory;

    /// <summary>How long running functions may go on after the host was told to stop.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a function may go on after its token fired; then it is given up.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(10);
}
