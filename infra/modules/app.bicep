// The function app on a Flex Consumption plan, and its settings.
param suffix string
param location string
param tags object

@description('Resource id of the identity.')
param identityId string

@description('Client id of the identity.')
param clientId string

@description('Addresses of the account of the app\'s state: blob, queue, table.')
param stateEndpoints object

@description('Addresses of the host\'s account: blob, queue, table.')
param hostEndpoints object

@description('Container of the host\'s account that holds the package.')
param packageContainer string

param vaultUri string

@description('Connection string of Application Insights: an address, not a secret, since only identities may send.')
param applicationInsights string

@description('Subnet that the app sends through; empty: none.')
param subnetId string

@description('Address of the Durable Task Scheduler; empty: orchestrations are kept in the host\'s account.')
param schedulerEndpoint string

param taskHubName string
param maximumInstanceCount int
param alwaysReady array
param settings object
param secretSettings object

var scheduler = empty(schedulerEndpoint) ? {} : {
  DurableScheduler: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${clientId}'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DurableScheduler'
}

var references = toObject(items(secretSettings), item => item.key, item => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${item.value})')

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
      }
      // All instances change at once. A rolling update would let two versions replay the same orchestrations; an end in the
      // middle costs time alone, since every write is preceded by its intent and every message comes again.
      siteUpdateStrategy: { type: 'Recreate' }
    }
  }
}

// Deployments sign in as people and pipelines do; there is no password for them. One after the other, as two changes of one site at a time
// may be refused.
@batchSize(1)
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['ftp', 'scm']: {
    parent: app
    name: way
    properties: { allow: false }
  }
]

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union({
    AZURE_CLIENT_ID: clientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'

    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: clientId
    AzureWebJobsStorage__blobServiceUri: hostEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: hostEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: hostEndpoints.table

    DurableStorage__credential: 'managedidentity'
    DurableStorage__clientId: clientId
    DurableStorage__blobServiceUri: hostEndpoints.blob
    DurableStorage__queueServiceUri: hostEndpoints.queue
    DurableStorage__tableServiceUri: hostEndpoints.table

    StateStorage__credential: 'managedidentity'
    StateStorage__clientId: clientId
    StateStorage__blobServiceUri: stateEndpoints.blob
    StateStorage__queueServiceUri: stateEndpoints.queue
    StateStorage__tableServiceUri: stateEndpoints.table

    // The host reads these before the app and its defaults are there.
    TaskHubName: taskHubName
    PollSchedule: '0 * * * * *'
    HookSchedule: '0 23 * * * *'
    RetentionSchedule: '0 17 3 * * *'
    NoticeSchedule: '0 */15 * * * *'

    // Without a version: the app takes the newest when it starts. Not by references, which Azure would follow now, before there are keys,
    // and then not again for a day.
    SecretKeyUri: '${vaultUri}secrets/secret-keys'
    OperatorKeyUri: '${vaultUri}secrets/operator-key'
  }, scheduler, settings, references)
  dependsOn: [publishing]
}

output name string = app.name
output address string = 'https://${app.properties.defaultHostName}'
