// A key of your own for storage, and an identity that may use it. Storage follows the key's newest version.
param name string
param vaultName string
param location string
param tags object

// Key Vault Crypto Service Encryption User
var mayWrap = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'e147488a-f6f5-4113-8e2d-b22465e65bf6')

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

resource key 'Microsoft.KeyVault/vaults/keys@2023-07-01' = {
  parent: vault
  name: 'storage'
  properties: { kty: 'RSA', keySize: 3072, keyOps: ['wrapKey', 'unwrapKey'] }
}

// Wraps and unwraps the accounts' keys, by this key alone.
resource keyRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: key
  name: guid(key.id, identity.id, mayWrap)
  properties: { roleDefinitionId: mayWrap, principalId: identity.properties.principalId, principalType: 'ServicePrincipal' }
}

output storage object = { identityId: identity.id, keyName: key.name, vaultUri: vault.properties.vaultUri }
