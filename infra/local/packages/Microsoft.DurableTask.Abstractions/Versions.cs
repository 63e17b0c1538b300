namespace Microsoft.DurableTask.Abstractions;

/// <summary>Compares the versions of orchestrations.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>Less than zero, zero or more, as texts compare. No version comes before any; numbers compare as numbers where both are such.</summary>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        if (string.IsNullOrWhiteSpace(sourceVersion) || string.IsNullOrWhiteSpace(otherVersion))
            return string.IsNullOrWhiteSpace(otherVersion).CompareTo(string.IsNullOrWhiteSpace(sourceVersion));
        return System.Version.TryParse(sourceVersion, out var source) && System.Version.TryParse(otherVersion, out var other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}
