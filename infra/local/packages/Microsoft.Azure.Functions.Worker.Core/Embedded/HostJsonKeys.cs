using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// The keys that host.json may hold. Those that only tune the platform or its telemetry are known too, though nothing here depends on
/// them: an app that runs in both places keeps one file.
/// </summary>
internal static class HostJsonKeys
{
    // A star stands for whatever comes below.
    private static readonly string[] Known =
    [
        "$schema", "version", "functionTimeout", "functions:*", "telemetryMode",
        "logging:logLevel:*", "logging:fileLoggingMode", "logging:console:*", "logging:applicationInsights:*",
        "aggregator:*", "concurrency:*", "extensionBundle:*", "healthMonitor:*", "managedDependency:*", "singleton:*",
        "watchDirectories:*", "watchFiles:*",
        .. Below("extensions:http", "routePrefix", "maxConcurrentRequests", "maxOutstandingRequests", "dynamicThrottlesEnabled", "customHeaders:*", "hsts:*"),
        .. Below("extensions:queues", "batchSize", "newBatchThreshold", "maxPollingInterval", "visibilityTimeout", "maxDequeueCount", "messageEncoding"),
        .. Below(
            "extensions:durableTask",
            "hubName", "maxConcurrentActivityFunctions", "maxConcurrentOrchestratorFunctions", "maxConcurrentEntityFunctions",
            "maxEntityOperationBatchSize", "maxOrchestrationActions", "entityMessageReorderWindowInMinutes",
            "extendedSessionsEnabled", "extendedSessionIdleTimeoutInSeconds", "storeInputsInOrchestrationHistory", "overridableExistingInstanceStates",
            "defaultVersion", "versionMatchStrategy", "versionFailureStrategy", "useAppLease", "appLeaseOptions:*", "useGracefulShutdown",
            "localRpcEndpointEnabled", "localRpcAddress", "maxGrpcMessageSizeInBytes", "grpcHttpClientTimeout",
            // These two are the embedded engine's own.
            "completedInstanceRetention", "runActivitiesTwice",
            "logReplayEvents", "rollbackEntityOperationsOnExceptions", "throwStatusExceptionsOnRaiseEvent", "httpSettings:*", "notifications:*", "tracing:*"),
        .. Below(
            "extensions:durableTask:storageProvider",
            "type", "connectionName", "connectionStringName", "partitionCount", "maxQueuePollingInterval",
            "controlQueueBatchSize", "controlQueueBufferThreshold", "controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout",
            "trackingStoreConnectionName", "trackingStoreConnectionStringName", "trackingStoreNamePrefix", "fetchLargeMessagesAutomatically",
            "useLegacyPartitionManagement", "useTablePartitionManagement", "queueClientMessageEncoding"),
    ];

    /// <summary>What is in the file, or among the settings that override it, under no known name; a whole section is named once.</summary>
    public static IEnumerable<string> UnknownIn(IConfiguration root)
        => root.GetChildren().SelectMany(Unknown);

    private static IEnumerable<string> Below(string section, params string[] keys) => keys.Select(key => $"{section}:{key}");

    private static IEnumerable<string> Unknown(IConfigurationSection section)
    {
        if (Known.Any(key => Is(key, section.Path))) return [];
        return Known.Any(key => key.StartsWith($"{section.Path}:", StringComparison.OrdinalIgnoreCase))
            ? section.GetChildren().SelectMany(Unknown)
            : [section.Path.Replace(':', '.')];
    }

    private static bool Is(string key, string path)
        => string.Equals(key.EndsWith(":*", StringComparison.Ordinal) ? key[..^2] : key, path, StringComparison.OrdinalIgnoreCase);
}
