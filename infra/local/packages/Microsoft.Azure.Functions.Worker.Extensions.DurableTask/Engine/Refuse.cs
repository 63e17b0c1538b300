using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>Refuses ids and names that cannot be, in the genuine client's words.</summary>
internal static class Refuse
{
    public static void Empty([NotNull] string? text, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text is "" or ['\0', ..]) throw new ArgumentException("Parameter cannot be an empty string or start with the null character.", name);
    }

    public static void Entity(string? instanceId, [CallerArgumentExpression(nameof(instanceId))] string? name = null)
    {
        if (instanceId is ['@', ..])
        {
            throw new ArgumentException(
                "Instance IDs starting with '@' are reserved for entities, and must not be used for orchestrations, when entity support is enabled.", name);
        }
    }

    /// <summary>The embedded engine runs the code that is there: it has no rule by which a version would choose or hold back an instance.</summary>
    public static void Version(string? version)
    {
        if (!string.IsNullOrEmpty(version))
            throw new NotSupportedException($"The embedded durable engine has no orchestration versions: it cannot start version '{version}'. Leave the version out.");
    }
}
