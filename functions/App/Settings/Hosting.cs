using System.Reflection;

namespace SyncFunctions.App.Settings;

/// <summary>What the app was built for: <c>-p:Hosting=…</c>.</summary>
public enum Hosting
{
    /// <summary>One process on one machine.</summary>
    Embedded,

    /// <summary>The official packages on the Functions host.</summary>
    Azure,
}

public static class BuiltFor
{
    public static Hosting Current { get; } = Enum.Parse<Hosting>(
        typeof(BuiltFor).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == nameof(Hosting)).Value!);
}
