using './main.bicep'

// azd sets these; for az, export them yourself.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')

// azd env set NAME value
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '100'))
param stateReplication = readEnvironmentVariable('STATE_REPLICATION', 'Standard_ZRS')
param lockState = bool(readEnvironmentVariable('LOCK_STATE', 'true'))
param privateNetwork = bool(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
param fixedAddress = bool(readEnvironmentVariable('FIXED_ADDRESS', 'false'))
// Commas between them.
param allowedAddresses = filter(split(readEnvironmentVariable('ALLOWED_ADDRESSES', ''), ','), address => !empty(address))
param durableScheduler = bool(readEnvironmentVariable('DURABLE_SCHEDULER', 'false'))
param taskHubName = readEnvironmentVariable('TASK_HUB_NAME', 'SyncFunctions')

// Settings of the table in ../README.md, for example
//   SignIn__Issuer: 'https://login.microsoftonline.com/{directory id}/v2.0'
param settings = {}

// Settings whose values are secrets of the vault: the setting, and the secret's name there, for example
//   SignIn__ClientSecret: 'sign-in-client-secret'
param secretSettings = {}
