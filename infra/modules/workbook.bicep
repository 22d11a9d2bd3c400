// A page of pictures for operators, in the Azure portal. Each query is a file of its own; docs/observing.md tells them.
param location string
param tags object
param workspaceId string

var resourceType = 'microsoft.operationalinsights/workspaces'

var pictures = [
  { name: 'accepted', title: 'Requests accepted, by day', drawn: 'barchart', query: loadTextContent('../workbook/accepted.kql') }
  { name: 'states', title: 'Requests that runs left in a state, by day', drawn: 'barchart', query: loadTextContent('../workbook/states.kql') }
  { name: 'ended', title: 'Requests that ended, by day', drawn: 'barchart', query: loadTextContent('../workbook/ended.kql') }
  { name: 'durations', title: 'Hours to completion: p50 and p95', drawn: 'linechart', query: loadTextContent('../workbook/durations.kql') }
  { name: 'slack', title: 'Days left at the due date: the least of each day', drawn: 'linechart', query: loadTextContent('../workbook/slack.kql') }
  { name: 'outcomes', title: 'What is true of each tenant at the end', drawn: 'table', query: loadTextContent('../workbook/outcomes.kql') }
  { name: 'failures', title: 'Steps that failed, by code', drawn: 'table', query: loadTextContent('../workbook/failures.kql') }
  { name: 'graph-calls', title: 'Calls to Graph by the status of the answer', drawn: 'barchart', query: loadTextContent('../workbook/graph-calls.kql') }
  { name: 'graph-quota', title: 'How far Graph quotas are used, 1 is all', drawn: 'linechart', query: loadTextContent('../workbook/graph-quota.kql') }
  { name: 'queue-age', title: 'Seconds that work waits for a worker', drawn: 'linechart', query: loadTextContent('../workbook/queue-age.kql') }
  { name: 'sweeps', title: 'Sweeps, every 15 minutes', drawn: 'barchart', query: loadTextContent('../workbook/sweeps.kql') }
  { name: 'promises', title: 'Seconds by which the oldest promise was overdue', drawn: 'linechart', query: loadTextContent('../workbook/promises.kql') }
]

var range = {
  type: 9
  name: 'range'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: resourceType
    parameters: [
      {
        id: guid(workspaceId, 'range')
        version: 'KqlParameterItem/1.0'
        name: 'range'
        label: 'Time'
        type: 4
        isRequired: true
        value: { durationMs: 604800000 }
        typeSettings: {
          selectableValues: [{ durationMs: 86400000 }, { durationMs: 604800000 }, { durationMs: 2592000000 }, { durationMs: 7776000000 }]
          allowCustom: true
        }
      }
    ]
  }
}

var drawn = [for one in pictures: {
  type: 3
  name: one.name
  customWidth: '50'
  content: {
    version: 'KqlItem/1.0'
    title: one.title
    query: one.query
    visualization: one.drawn
    size: 0
    timeContextFromParameter: 'range'
    queryType: 0
    resourceType: resourceType
    crossComponentResources: [workspaceId]
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspaceId, 'privacy-requests')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Privacy requests'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: string({ version: 'Notebook/1.0', items: concat([range], drawn), fallbackResourceIds: [workspaceId] })
  }
}
