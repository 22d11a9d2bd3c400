// Everything that the app needs, in a resource group of its own. docs/deployment.md explains it.
targetScope = 'subscription'

@description('Name of the azd environment; names are derived from it.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region. Where data may lie follows from it: see DATA_REGION.')
param location string

@description('Settings that are no secrets, by their names in docs/settings.md. Empty ones are left out.')
param settings object

@description('One object a tenant: name, tenantId, domain, clientId, dataRegion; linkedTo; credential: secret, certificate or managedIdentity; eraser: clientId, credential; deletions: none.')
@minLength(1)
@maxLength(32)
param tenants array

@description('One object a way to sign in: name, tenant, product, metadataUrl, issuer, audiences, clientIds; policy, stepUp.')
param signIns array = []

@description('One object a webhook: name, url; clientId; renewing: true while it has a NEXT_SECRET.')
param webhooks array = []

@secure()
@description('Values of the secret settings by name: HASH_KEY, TENANTS__…__CLIENT_SECRET, WEBHOOKS__…__SECRET and so on.')
param secrets object

@description('How many keys of tickets the secrets hold: 1 for TICKET_KEY, 2 for TICKET_KEY_PREVIOUS as well.')
@allowed([0, 1, 2])
param ticketKeys int = 0

@description('Whether e-mails are sent by the key of the mail resource (MAIL__ACCESS_KEY) in place of the identity.')
param mailByKey bool = false

@description('Whether the collector of telemetry (TELEMETRY otlp) wants OTEL_EXPORTER_OTLP_HEADERS.')
param collectorByKey bool = false

@description('How many instances each group of functions may have, and by how many Graph\'s quotas are divided.')
@minValue(1)
@maxValue(1000)
param maxInstances int

@description('Instances that are always ready for HTTP.')
@minValue(0)
param readyInstances int = 1

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Origins from which browsers may call the app; none by default.')
param corsOrigins array = []

@description('public: services are reached over the internet. vnet: the app calls from a network. private: and through private endpoints.')
@allowed(['public', 'vnet', 'private'])
param network string = 'public'

@description('First two numbers of the network\'s addresses.')
param networkPrefix string = '10.90'

@description('Whether archives can be downloaded from outside the network; people need that.')
param exportsFromInternet bool = true

@description('Whether storage is encrypted by a key of the vault in place of one of Microsoft\'s.')
param customerManagedKeys bool = false

@description('Redundancy of storage.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Days after which whatever is left in EXPORTS is removed; more than any archive or staging is kept.')
@minValue(32)
param exportsKeptAtMostDays int = 35

@description('Days for which evidence of deletions can be neither changed nor removed.')
@minValue(1)
@maxValue(146000)
param evidenceKeptDays int = 731

@description('Whether that policy was locked: it is then left alone, since Azure refuses to set it again.')
param evidenceLocked bool = false

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logsKeptDays int = 90

@description('Who is told of alerts, by e-mail.')
param alertEmails array = []

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var erasers = filter(tenants, one => one.?eraser != null)
var bySecret = filter(tenants, one => (one.?credential ?? 'secret') == 'secret')
var erasersBySecret = filter(erasers, one => (one.eraser.?credential ?? 'secret') == 'secret')
var byCertificate = filter(tenants, one => (one.?credential ?? 'secret') == 'certificate')
var erasersByCertificate = filter(erasers, one => (one.eraser.?credential ?? 'secret') == 'certificate')
var tenantSecrets = concat(
  map(bySecret, one => 'TENANTS__${toUpper(one.name)}__CLIENT_SECRET'),
  map(erasersBySecret, one => 'TENANTS__${toUpper(one.name)}__ERASER__CLIENT_SECRET')
)
// Made and renewed in the vault, as certificates; settings refer to the secrets behind them.
var certificates = concat(
  map(byCertificate, one => 'TENANTS__${toUpper(one.name)}__CLIENT_CERTIFICATE'),
  map(erasersByCertificate, one => 'TENANTS__${toUpper(one.name)}__ERASER__CLIENT_CERTIFICATE')
)
var webhookSecrets = [for one in webhooks: 'WEBHOOKS__${toUpper(one.name)}__SECRET']
var renewed = filter(webhooks, one => (one.?renewing ?? false))
var nextSecrets = map(renewed, one => 'WEBHOOKS__${toUpper(one.name)}__NEXT_SECRET')
var mailSecrets = mailByKey ? ['MAIL__ACCESS_KEY'] : []
var ticketSecrets = take(['TICKET_KEY', 'TICKET_KEY_PREVIOUS'], ticketKeys)
var collectorSecrets = collectorByKey ? ['OTEL_EXPORTER_OTLP_HEADERS'] : []
var ownSecrets = concat(['HASH_KEY'], ticketSecrets, mailSecrets, collectorSecrets)
var secretSettings = concat(ownSecrets, tenantSecrets, webhookSecrets, nextSecrets)
// Names of settings, and what the vault calls them: it knows no underscores.
var vaulted = [for name in secretSettings: {
  setting: name
  secret: toLower(replace(replace(name, '__', '-'), '_', '-'))
}]
var certified = [for name in certificates: {
  setting: name
  secret: toLower(replace(replace(name, '__', '-'), '_', '-'))
}]

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { token: token, location: location, tags: tags, keptDays: logsKeptDays }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    open: network != 'private'
    vaulted: vaulted
    secrets: secrets
    workspaceId: monitoring.outputs.workspaceId
  }
}

module encryption 'modules/encryption.bicep' = if (customerManagedKeys) {
  name: 'encryption'
  scope: group
  params: { name: 'id-storage-${token}', vaultName: vault.outputs.name, location: location, tags: tags }
}

module host 'modules/storage-account.bicep' = {
  name: 'host'
  scope: group
  params: {
    name: 'sthost${token}'
    location: location
    tags: tags
    sku: storageSku
    open: network != 'private'
    containers: ['deployments']
    encryption: customerManagedKeys ? encryption!.outputs.storage : {}
  }
}

module state 'modules/storage-account.bicep' = {
  name: 'state'
  scope: group
  params: {
    name: 'ststate${token}'
    location: location
    tags: tags
    sku: storageSku
    open: network != 'private'
    containers: ['evidence']
    encryption: customerManagedKeys ? encryption!.outputs.storage : {}
  }
}

module exports 'modules/storage-account.bicep' = {
  name: 'exports'
  scope: group
  params: {
    name: 'stexports${token}'
    location: location
    tags: tags
    sku: storageSku
    open: network != 'private' || exportsFromInternet
    containers: ['exports', 'lists']
    encryption: customerManagedKeys ? encryption!.outputs.storage : {}
  }
}

module retention 'modules/retention.bicep' = {
  name: 'retention'
  scope: group
  params: {
    stateName: state.outputs.name
    exportsName: exports.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    evidenceKeptDays: evidenceKeptDays
    evidenceLocked: evidenceLocked
    exportsKeptAtMostDays: exportsKeptAtMostDays
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    hostName: host.outputs.name
    stateName: state.outputs.name
    exportsName: exports.outputs.name
    vaultName: vault.outputs.name
    receiptKeyName: vault.outputs.receiptKeyName
    insightsName: monitoring.outputs.insightsName
  }
}

module net 'modules/network.bicep' = if (network != 'public') {
  name: 'network'
  scope: group
  params: { token: token, location: location, tags: tags, prefix: networkPrefix }
}

module endpoints 'modules/private-endpoints.bicep' = if (network == 'private') {
  name: 'endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    networkId: net!.outputs.networkId
    subnetId: net!.outputs.endpointsSubnetId
    hostId: host.outputs.id
    stateId: state.outputs.id
    exportsId: exports.outputs.id
    vaultId: vault.outputs.id
  }
}

module appSettings 'modules/app-settings.bicep' = {
  name: 'app-settings'
  scope: group
  params: {
    plain: settings
    tenants: tenants
    signIns: signIns
    webhooks: webhooks
    vaulted: concat(vaulted, certified)
    vaultUri: vault.outputs.uri
    receiptKeyId: vault.outputs.receiptKeyId
    clientId: identity.outputs.clientId
    hostName: host.outputs.name
    stateName: state.outputs.name
    exportsName: exports.outputs.name
    insightsConnection: monitoring.outputs.insightsConnection
    maxInstances: maxInstances
    mailByKey: mailByKey
  }
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  dependsOn: [roles, endpoints]
  params: {
    token: token
    location: location
    tags: tags
    identityId: identity.outputs.id
    settings: appSettings.outputs.all
    packages: '${host.outputs.blobUri}deployments'
    maxInstances: maxInstances
    readyInstances: readyInstances
    instanceMemory: instanceMemory
    corsOrigins: corsOrigins
    subnetId: network == 'public' ? '' : net!.outputs.functionsSubnetId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    emails: alertEmails
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: { location: location, tags: tags, workspaceId: monitoring.outputs.workspaceId }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output AZURE_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output APP_URL string = app.outputs.url
