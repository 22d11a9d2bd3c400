// What the app's identity may do: a role for each thing it does, each on one resource.
param principalId string
param hostName string
param stateName string
param exportsName string
param vaultName string
param receiptKeyName string
param insightsName string

var definitions = 'Microsoft.Authorization/roleDefinitions'
var blobOwner = subscriptionResourceId(definitions, 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b') // Storage Blob Data Owner
var blobContributor = subscriptionResourceId(definitions, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe') // Storage Blob Data Contributor
var blobDelegator = subscriptionResourceId(definitions, 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a') // Storage Blob Delegator
var queueContributor = subscriptionResourceId(definitions, '974c5e8b-45b9-4653-ba55-5f855dd0fb88') // Storage Queue Data Contributor
var tableContributor = subscriptionResourceId(definitions, '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3') // Storage Table Data Contributor
var secretsUser = subscriptionResourceId(definitions, '4633458b-17de-408a-b874-0445c86b69e6') // Key Vault Secrets User
var cryptoUser = subscriptionResourceId(definitions, '12338af0-0e69-4776-bea7-57ae8d297424') // Key Vault Crypto User
var metricsPublisher = subscriptionResourceId(definitions, '3913510d-42f4-4e42-8a64-420c390055eb') // Monitoring Metrics Publisher

resource host 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostName
}

resource state 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: stateName
}

resource exports 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: exportsName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource receiptKey 'Microsoft.KeyVault/vaults/keys@2023-07-01' existing = {
  parent: vault
  name: receiptKeyName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// The host: function keys, locks of timers, the package that was deployed. Microsoft names this role for it.
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: host
  name: guid(host.id, principalId, blobOwner)
  properties: { roleDefinitionId: blobOwner, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Records, entries, promises; the tables are made at first use.
resource stateTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: state
  name: guid(state.id, principalId, tableContributor)
  properties: { roleDefinitionId: tableContributor, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Sends and takes messages; the host makes the poison queue.
resource stateQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: state
  name: guid(state.id, principalId, queueContributor)
  properties: { roleDefinitionId: queueContributor, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Writes evidence and reads it back; the container's policy keeps it from more.
resource stateBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: state
  name: guid(state.id, principalId, blobContributor)
  properties: { roleDefinitionId: blobContributor, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Writes, reads, lists and erases staging and archives, operators' lists and what became of them.
resource exportBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: exports
  name: guid(exports.id, principalId, blobContributor)
  properties: { roleDefinitionId: blobContributor, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Signs download links, and addresses to which operators upload lists, by a user delegation key, which is the account's to give, whatever its containers allow.
resource exportLinks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: exports
  name: guid(exports.id, principalId, blobDelegator)
  properties: { roleDefinitionId: blobDelegator, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Resolves the references in settings.
resource vaultSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsUser)
  properties: { roleDefinitionId: secretsUser, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Signs receipts by this key and reads its public half; other keys of the vault stay shut.
resource receiptSigning 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: receiptKey
  name: guid(receiptKey.id, principalId, cryptoUser)
  properties: { roleDefinitionId: cryptoUser, principalId: principalId, principalType: 'ServicePrincipal' }
}

// Sends logs, since local authentication is off.
resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, principalId, metricsPublisher)
  properties: { roleDefinitionId: metricsPublisher, principalId: principalId, principalType: 'ServicePrincipal' }
}
