using System.Collections.Immutable;

namespace SyncFunctions.Infra.Tests;

/// <summary>What was looked up once, with the page where it stands.</summary>
internal static class Known
{
    /// <summary>Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles and, of Durable Task, https://learn.microsoft.com/azure/durable-task/scheduler/durable-task-scheduler-identity</summary>
    public static readonly ImmutableDictionary<string, string> Roles = new Dictionary<string, string>
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7"] = "Key Vault Secrets Officer",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        ["0ad04412-c4d5-4796-b79c-f76d14c8d402"] = "Durable Task Data Contributor",
    }.ToImmutableDictionary();

    /// <summary>Resource types in the version that is written for: https://learn.microsoft.com/azure/templates/{type in lower case}</summary>
    public static readonly ImmutableDictionary<string, string> Resources = new Dictionary<string, string>
    {
        ["Microsoft.Authorization/locks"] = "2020-05-01",
        ["Microsoft.Authorization/roleAssignments"] = "2022-04-01",
        ["Microsoft.DurableTask/schedulers"] = "2025-11-01",
        ["Microsoft.DurableTask/schedulers/taskHubs"] = "2025-11-01",
        ["Microsoft.Insights/actionGroups"] = "2023-01-01",
        ["Microsoft.Insights/components"] = "2020-02-02",
        ["Microsoft.Insights/metricAlerts"] = "2018-03-01",
        ["Microsoft.Insights/scheduledQueryRules"] = "2023-12-01",
        ["Microsoft.Insights/workbooks"] = "2022-04-01",
        ["Microsoft.KeyVault/vaults"] = "2023-07-01",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "2023-01-31",
        ["Microsoft.Network/natGateways"] = "2024-05-01",
        ["Microsoft.Network/privateDnsZones"] = "2020-06-01",
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = "2020-06-01",
        ["Microsoft.Network/privateEndpoints"] = "2024-05-01",
        ["Microsoft.Network/privateEndpoints/privateDnsZoneGroups"] = "2024-05-01",
        ["Microsoft.Network/publicIPAddresses"] = "2024-05-01",
        ["Microsoft.Network/virtualNetworks"] = "2024-05-01",
        ["Microsoft.OperationalInsights/workspaces"] = "2023-09-01",
        ["Microsoft.Resources/resourceGroups"] = "2024-03-01",
        ["Microsoft.Storage/storageAccounts"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/blobServices"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "2023-05-01",
        // siteUpdateStrategy: https://learn.microsoft.com/azure/azure-functions/flex-consumption-site-updates
        ["Microsoft.Web/serverfarms"] = "2024-11-01",
        ["Microsoft.Web/sites"] = "2024-11-01",
        ["Microsoft.Web/sites/basicPublishingCredentialsPolicies"] = "2024-11-01",
        ["Microsoft.Web/sites/config"] = "2024-11-01",
    }.ToImmutableDictionary();

    /// <summary>
    /// Functions that give the same for the same input, so that a second deployment changes nothing, and read no key:
    /// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
    /// </summary>
    public static readonly ImmutableHashSet<string> Functions =
    [
        "batchSize", "bool", "cidrSubnet", "description", "empty", "environment", "filter", "guid", "indexOf", "int", "items", "loadTextContent", "maxLength", "maxValue", "minLength", "minValue",
        "readEnvironmentVariable", "split", "subscription", "subscriptionResourceId", "toObject", "union", "uniqueString",
    ];

    /// <summary>Settings that the platform, the host or a library reads and no code of this repository.</summary>
    public static readonly ImmutableDictionary<string, string> PlatformSettings = new Dictionary<string, string>
    {
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "https://learn.microsoft.com/azure/azure-functions/functions-app-settings",
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = "https://learn.microsoft.com/azure/azure-functions/functions-app-settings",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"] = "https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"] = "https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values",
        // Named by the setting above.
        ["DurableScheduler"] = "https://learn.microsoft.com/azure/durable-task/scheduler/durable-task-scheduler-identity",
    }.ToImmutableDictionary();

    /// <summary>Tags of the app's spans.</summary>
    public static readonly string[] SpanTags = ["sync.system", "sync.outcome", "sync.flow", "sync.run", "sync.mode", "sync.kind", "sync.link", "sync.actions", "sync.write"];

    /// <summary>The app's metrics.</summary>
    public static readonly ImmutableHashSet<string> Metrics =
    [
        "sync.lag", "sync.changes", "sync.held", "sync.conflicts", "sync.failures", "sync.vendor.calls", "sync.vendor.budget.remaining", "sync.storage.operations",
        "sync.flows.reconnect", "sync.dead_letters", "sync.queue.poison", "sync.durable.oldest",
    ];
}
