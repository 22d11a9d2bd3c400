// What somebody must know of. Each query is a file of its own, with a runbook of the same name in docs/runbooks.
param location string
param tags object
param workspaceId string
param emails array

var rules = [
  { name: 'overdue', severity: 1, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/overdue.kql') }
  { name: 'due-soon', severity: 2, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/due-soon.kql') }
  { name: 'stalled', severity: 2, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/stalled.kql') }
  { name: 'no-sweep', severity: 1, window: 'PT15M', fires: 'LessThan', than: 1, query: loadTextContent('../alerts/no-sweep.kql') }
  { name: 'poison', severity: 2, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/poison.kql') }
  { name: 'last-call', severity: 1, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/last-call.kql') }
  { name: 'failed', severity: 1, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/failed.kql') }
  { name: 'not-told', severity: 2, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/not-told.kql') }
  { name: 'purge', severity: 3, window: 'PT1H', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/purge.kql') }
  { name: 'at-fault', severity: 1, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/at-fault.kql') }
  { name: 'answers-5xx', severity: 2, window: 'PT15M', fires: 'GreaterThan', than: 0, query: loadTextContent('../alerts/answers-5xx.kql') }
]

resource told 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'privacy-requests'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'privacy'
    enabled: true
    emailReceivers: [for (address, i) in emails: { name: 'person-${i}', emailAddress: address, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for rule in rules: {
  name: 'privacy-requests-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Privacy requests: ${rule.name}'
    description: 'What to do: docs/runbooks/${rule.name}.md'
    severity: rule.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: rule.window
    autoMitigate: true
    // The tables appear with the first line that is logged.
    skipQueryValidation: true
    criteria: {
      allOf: [
        { query: rule.query, timeAggregation: 'Count', operator: rule.fires, threshold: rule.than }
      ]
    }
    actions: { actionGroups: [told.id] }
  }
}]
