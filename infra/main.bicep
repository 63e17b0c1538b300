// Everything that SyncFunctions needs on Azure, in a resource group of its own. README.md says what and why.
targetScope = 'subscription'

@description('Names the environment. The names of all resources come from it, the location and the subscription.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('The region of everything.')
param location string

@description('Object id of whoever deploys: may read and write the secrets of the vault. Empty: nobody but the app reads them.')
param principalId string = ''

@description('What the object id is of: User, Group or ServicePrincipal.')
param principalType string = 'User'

@description('How far the app scales out.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Instances that are always there, by what they serve.')
param alwaysReady array = [
  { name: 'http', instanceCount: 1 }
  { name: 'durable', instanceCount: 1 }
  { name: 'function:ChangeQueue', instanceCount: 1 }
]

@description('How the account of the app\'s state is replicated: Standard_ZRS, or Standard_RAGZRS where a second region is asked for.')
param stateReplication string = 'Standard_ZRS'

@description('Keeps the account of the app\'s state from being deleted by mistake; azd down needs it off.')
param lockState bool = true

@description('Storage and vault are reached by private endpoints alone.')
param privateNetwork bool = false

@description('All calls to vendors leave from one public address, for their allow lists.')
param fixedAddress bool = false

@description('Address space of the network, a /22 or larger, where there is one.')
param addressSpace string = '10.40.0.0/22'

@description('Public IPv4 addresses that reach storage and vault in spite of privateNetwork, for whoever deploys from outside.')
param allowedAddresses array = []

@description('Durable Task Scheduler keeps the orchestrations in place of the storage account.')
param durableScheduler bool = false

@description('Name of the task hub. A new one begins empty.')
param taskHubName string = 'SyncFunctions'

@description('Who gets an e-mail from the alerts. Empty: alerts are only shown.')
param alertEmail string = ''

@description('Storage transactions of one account in a day, beyond which somebody is told.')
param transactionsPerDay int = 50000000

@description('Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryDays int = 30

@description('Further settings of the app, by name.')
param settings object = {}

@description('Settings that are secrets of the vault: the name of the setting, the name of the secret.')
param secretSettings object = {}

var tags = { 'azd-env-name': environmentName }
var suffix = uniqueString(subscription().id, environmentName, location)
var usesNetwork = privateNetwork || fixedAddress

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  name: 'identity'
  params: {
    name: 'id-${suffix}'
    location: location
    tags: tags
  }
}

// All that a tenant would miss.
module stateStorage 'modules/storage.bicep' = {
  scope: group
  name: 'state-storage'
  params: {
    name: 'ststate${suffix}'
    location: location
    tags: tags
    replication: stateReplication
    containers: []
    principalId: identity.outputs.principalId
    roles: ['Storage Blob Data Contributor', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']
    privateNetwork: privateNetwork
    allowedAddresses: allowedAddresses
    lockAgainstDeletion: lockState
  }
}

// What the host needs and can make again: its locks, timers and keys, the package, and Durable's task hub.
// Durable's load and the app's are apart, so that an import does not slow down webhooks.
module hostStorage 'modules/storage.bicep' = {
  scope: group
  name: 'host-storage'
  params: {
    name: 'sthost${suffix}'
    location: location
    tags: tags
    replication: 'Standard_LRS'
    containers: [packages]
    principalId: identity.outputs.principalId
    // The host leases blobs and sets their metadata: owner, as its documentation asks for AzureWebJobsStorage.
    roles: ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']
    privateNetwork: privateNetwork
    allowedAddresses: allowedAddresses
    lockAgainstDeletion: false
  }
}

var packages = 'packages'

module vault 'modules/vault.bicep' = {
  scope: group
  name: 'vault'
  params: {
    name: 'kv-${suffix}'
    location: location
    tags: tags
    readerId: identity.outputs.principalId
    officerId: principalId
    officerType: principalType
    privateNetwork: privateNetwork
    allowedAddresses: allowedAddresses
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    suffix: suffix
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    retentionDays: telemetryDays
  }
}

module network 'modules/network.bicep' = if (usesNetwork) {
  scope: group
  name: 'network'
  params: {
    suffix: suffix
    location: location
    tags: tags
    addressSpace: addressSpace
    fixedAddress: fixedAddress
  }
}

module privateEndpoints 'modules/privateEndpoints.bicep' = if (privateNetwork) {
  scope: group
  name: 'private-endpoints'
  params: {
    suffix: suffix
    location: location
    tags: tags
    networkId: usesNetwork ? network!.outputs.id : ''
    subnetId: usesNetwork ? network!.outputs.endpointSubnetId : ''
    stateStorageId: stateStorage.outputs.id
    hostStorageId: hostStorage.outputs.id
    vaultId: vault.outputs.id
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableScheduler) {
  scope: group
  name: 'scheduler'
  params: {
    name: 'dts-${suffix}'
    location: location
    tags: tags
    taskHubName: taskHubName
    principalId: identity.outputs.principalId
  }
}

module app 'modules/app.bicep' = {
  scope: group
  name: 'app'
  params: {
    suffix: suffix
    location: location
    tags: tags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    stateEndpoints: stateStorage.outputs.endpoints
    hostEndpoints: hostStorage.outputs.endpoints
    packageContainer: packages
    vaultUri: vault.outputs.uri
    applicationInsights: monitoring.outputs.connectionString
    subnetId: usesNetwork ? network!.outputs.appSubnetId : ''
    schedulerEndpoint: durableScheduler ? scheduler!.outputs.endpoint : ''
    taskHubName: taskHubName
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
    settings: settings
    secretSettings: secretSettings
  }
  // It cannot start before it reaches its storage.
  dependsOn: [privateEndpoints]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    suffix: suffix
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    storageIds: [stateStorage.outputs.id, hostStorage.outputs.id]
    email: alertEmail
    transactionsPerDay: transactionsPerDay
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  name: 'workbook'
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_APP_NAME string = app.outputs.name

@description('Where people and vendors reach it, unless a domain of your own is in front.')
output APP_ADDRESS string = app.outputs.address

@description('The vault; the hook after provisioning makes the keys in it.')
output AZURE_KEY_VAULT_ENDPOINT string = vault.outputs.uri

@description('The account that a backup is about.')
output AZURE_STATE_STORAGE_NAME string = stateStorage.outputs.name

@description('The address for vendors\' allow lists; empty without fixedAddress.')
output OUTGOING_ADDRESS string = usesNetwork ? network!.outputs.outgoingAddress : ''
