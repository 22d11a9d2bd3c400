// Secrets that settings refer to, and the key that signs receipts. Roles alone open it.
param name string
param location string
param tags object
@description('Whether it is reached over the internet.')
param open bool
@description('Which settings are kept here: setting, secret.')
param vaulted array
@secure()
param secrets object
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: open ? 'Enabled' : 'Disabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: open ? 'Allow' : 'Deny' }
  }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = [for one in vaulted: {
  parent: vault
  name: one.secret
  properties: { value: secrets[one.setting], contentType: one.setting }
}]

resource receiptKey 'Microsoft.KeyVault/vaults/keys@2023-07-01' = {
  parent: vault
  name: 'receipts'
  properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: { workspaceId: workspaceId, logs: [{ category: 'AuditEvent', enabled: true }] }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
output receiptKeyName string = receiptKey.name
output receiptKeyId string = receiptKey.properties.keyUriWithVersion
