// One account. No keys, nothing public, and what is removed is gone: no soft delete, no versions.
@maxLength(24)
param name string
param location string
param tags object
param sku string
@description('Whether it is reached over the internet; by roles or signed links in any case.')
param open bool
param containers array
@description('identityId, keyName, vaultUri of a key of your own; empty for one of Microsoft\'s.')
param encryption object

var ownKey = !empty(encryption)

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  identity: ownKey ? { type: 'UserAssigned', userAssignedIdentities: { '${encryption.identityId}': {} } } : { type: 'None' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: open ? 'Enabled' : 'Disabled'
    networkAcls: { bypass: 'None', defaultAction: open ? 'Allow' : 'Deny' }
    encryption: {
      keySource: ownKey ? 'Microsoft.Keyvault' : 'Microsoft.Storage'
      identity: ownKey ? { userAssignedIdentity: encryption.identityId } : null
      keyvaultproperties: ownKey ? { keyname: encryption.keyName, keyvaulturi: encryption.vaultUri } : null
      // Account: only so can queues and tables have a key of your own, and it cannot be changed later.
      services: {
        blob: { enabled: true, keyType: 'Account' }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
    isVersioningEnabled: false
    changeFeed: { enabled: false }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [for one in containers: {
  parent: blobs
  name: one
  properties: { publicAccess: 'None' }
}]

output id string = account.id
output name string = account.name
output blobUri string = account.properties.primaryEndpoints.blob
