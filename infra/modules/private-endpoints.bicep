// Private endpoints of storage and vault, and the names by which the app finds them.
param location string
param tags object
param networkId string
param subnetId string
param hostId string
param stateId string
param exportsId string
param vaultId string

var suffix = environment().suffixes.storage
// '.vault.azure.net' in the global cloud.
var vaultZone = 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
var zoneNames = ['privatelink.blob.${suffix}', 'privatelink.queue.${suffix}', 'privatelink.table.${suffix}', vaultZone]
var reached = [
  { name: 'host-blob', target: hostId, service: 'blob', zone: 0 }
  { name: 'state-blob', target: stateId, service: 'blob', zone: 0 }
  { name: 'state-queue', target: stateId, service: 'queue', zone: 1 }
  { name: 'state-table', target: stateId, service: 'table', zone: 2 }
  { name: 'exports-blob', target: exportsId, service: 'blob', zone: 0 }
  { name: 'vault', target: vaultId, service: 'vault', zone: 3 }
]

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for name in zoneNames: {
  name: name
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (name, i) in zoneNames: {
  parent: zones[i]
  name: 'app'
  location: 'global'
  properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
}]

resource endpoints 'Microsoft.Network/privateEndpoints@2023-11-01' = [for one in reached: {
  name: 'pe-${one.name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: one.name, properties: { privateLinkServiceId: one.target, groupIds: [one.service] } }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = [for (one, i) in reached: {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: one.service, properties: { privateDnsZoneId: zones[one.zone].id } }]
  }
}]
