// Evidence stays, exports go: also where the app could not see to it. And who read an archive is logged.
param stateName string
param exportsName string
param workspaceId string
param evidenceKeptDays int
param evidenceLocked bool
param exportsKeptAtMostDays int

resource state 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: stateName
}

resource evidence 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  name: '${stateName}/default/evidence'
}

// Unlocked: it can still be shortened or lifted. docs/deployment.md says how to lock it for good.
resource evidencePolicy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = if (!evidenceLocked) {
  parent: evidence
  name: 'default'
  properties: { immutabilityPeriodSinceCreationInDays: evidenceKeptDays, allowProtectedAppendWrites: false }
}

resource evidenceEnd 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: state
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'remove-evidence-at-its-end'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['evidence/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: evidenceKeptDays } } }
          }
        }
      ]
    }
  }
}

resource exports 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: exportsName
}

resource secondNet 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: exports
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'remove-what-is-left'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['exports/', 'lists/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: exportsKeptAtMostDays } } }
          }
        }
      ]
    }
  }
}

resource exportBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  parent: exports
  name: 'default'
}

resource downloads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'downloads'
  scope: exportBlobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageRead', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}
