// The app's settings. What is secret is a reference to the vault; what is empty is left out.
param plain object
param tenants array
param signIns array
param webhooks array
@description('Which settings the vault keeps: setting, secret.')
param vaulted array
param vaultUri string
param receiptKeyId string
param clientId string
param hostName string
param stateName string
param exportsName string
param insightsConnection string
param maxInstances int
param mailByKey bool

var suffix = environment().suffixes.storage

var platform = {
  AzureWebJobsStorage__blobServiceUri: 'https://${hostName}.blob.${suffix}'
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '65536'
  STATE__tableServiceUri: 'https://${stateName}.table.${suffix}'
  STATE__queueServiceUri: 'https://${stateName}.queue.${suffix}'
  STATE__blobServiceUri: 'https://${stateName}.blob.${suffix}'
  STATE__clientId: clientId
  STATE__credential: 'managedidentity'
  EXPORTS__blobServiceUri: 'https://${exportsName}.blob.${suffix}'
  EXPORTS__clientId: clientId
  EXPORTS__credential: 'managedidentity'
  RECEIPTS__KEY_ID: receiptKeyId
  RECEIPTS__CLIENT_ID: clientId
  MAX_INSTANCES: string(maxInstances)
  MAIL__CLIENT_ID: mailByKey || empty(plain.?MAIL__ENDPOINT ?? '') ? '' : clientId
}

var ofTenants = [for one in tenants: {
  'TENANTS__${toUpper(one.name)}__TENANT_ID': one.tenantId
  'TENANTS__${toUpper(one.name)}__DOMAIN': one.domain
  'TENANTS__${toUpper(one.name)}__CLIENT_ID': one.clientId
  'TENANTS__${toUpper(one.name)}__MANAGED_IDENTITY_CLIENT_ID': (one.?credential ?? 'secret') == 'managedIdentity' ? clientId : ''
  'TENANTS__${toUpper(one.name)}__DELETIONS': one.?deletions ?? 'allow'
  'TENANTS__${toUpper(one.name)}__ERASER__CLIENT_ID': one.?eraser.?clientId ?? ''
  'TENANTS__${toUpper(one.name)}__ERASER__MANAGED_IDENTITY_CLIENT_ID': (one.?eraser.?credential ?? 'secret') == 'managedIdentity' ? clientId : ''
  'TENANTS__${toUpper(one.name)}__DATA_REGION': one.dataRegion
  'TENANTS__${toUpper(one.name)}__LINKED_TO': one.?linkedTo ?? ''
}]

var ofSignIns = [for one in signIns: {
  'SIGN_INS__${toUpper(one.name)}__TENANT': one.tenant
  'SIGN_INS__${toUpper(one.name)}__PRODUCT': one.product
  'SIGN_INS__${toUpper(one.name)}__METADATA_URL': one.metadataUrl
  'SIGN_INS__${toUpper(one.name)}__ISSUER': one.issuer
  'SIGN_INS__${toUpper(one.name)}__POLICY': one.?policy ?? ''
  'SIGN_INS__${toUpper(one.name)}__AUDIENCES': one.audiences
  'SIGN_INS__${toUpper(one.name)}__CLIENT_IDS': one.clientIds
  'SIGN_INS__${toUpper(one.name)}__STEP_UP': one.?stepUp ?? 'none'
}]

var ofWebhooks = [for one in webhooks: {
  'WEBHOOKS__${toUpper(one.name)}__URL': one.url
  'WEBHOOKS__${toUpper(one.name)}__CLIENT_ID': one.?clientId ?? ''
}]

var references = [for one in vaulted: {
  '${one.setting}': '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${one.secret})'
}]

var parts = concat([plain, platform], ofTenants, ofSignIns, ofWebhooks, references)
var together = reduce(parts, {}, (all, one) => union(all, one))
var given = filter(items(together), one => !empty(one.value))

output all object = toObject(given, one => one.key, one => one.value)
