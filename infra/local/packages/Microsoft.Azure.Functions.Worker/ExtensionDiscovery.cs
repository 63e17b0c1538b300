using System.Reflection;
using Microsoft.Azure.Functions.Worker.Core;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Finds the extensions that the function assembly uses.</summary>
internal static class ExtensionDiscovery
{
    private static readonly string[] Framework = ["System", "Microsoft.AspNetCore", "Microsoft.Extensions", "Microsoft.Win32", "mscorlib", "netstandard"];

    /// <summary>The startups of every assembly that can be reached from <paramref name="root"/> by reference.</summary>
    public static IReadOnlyList<WorkerExtensionStartup> ReachableFrom(Assembly root)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { root.GetName().FullName };
        var pending = new Queue<Assembly>([root]);
        var startups = new List<WorkerExtensionStartup>();
        while (pending.TryDequeue(out var assembly))
        {
            startups.AddRange(assembly.GetCustomAttributes<WorkerExtensionStartupAttribute>()
                .Select(attribute => (WorkerExtensionStartup)Activator.CreateInstance(attribute.StartupType, nonPublic: true)!));
            foreach (var name in assembly.GetReferencedAssemblies().Where(name => !IsFramework(name) && seen.Add(name.FullName)))
            {
                if (Load(name) is { } reference) pending.Enqueue(reference);
            }
        }

        return startups;
    }

    private static bool IsFramework(AssemblyName name)
        => Framework.Any(prefix => name.Name == prefix || name.Name!.StartsWith(prefix + ".", StringComparison.Ordinal));

    private static Assembly? Load(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            // A reference that is needed to compile only; no extension is one.
            return null;
        }
    }
}
