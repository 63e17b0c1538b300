// What somebody has to be told, day or night. README.md says of each what it means and what to do.
param suffix string
param location string
param tags object

@description('The workspace that holds the app\'s metrics.')
param workspaceId string

@description('The accounts whose transactions are counted.')
param storageIds array

@description('Who is told; empty: nobody.')
param email string

param transactionsPerDay int

// The app writes these once a minute, but for dead letters: each flow's once an hour. What each is of; all instances tell the same.
var gauges = [
  {
    name: 'poison'
    title: 'Messages wait in a poison queue'
    severity: 1
    metric: 'sync.queue.poison'
    of: 'tostring(Properties.queue)'
    every: 'PT5M'
    window: 'PT15M'
    above: 0
  }
  {
    name: 'durable'
    title: 'An orchestration has run for more than an hour'
    severity: 2
    metric: 'sync.durable.oldest'
    of: 'Name'
    every: 'PT5M'
    window: 'PT15M'
    above: 3600
  }
  {
    name: 'reconnect'
    title: 'A flow waits for somebody to connect a system again'
    severity: 2
    metric: 'sync.flows.reconnect'
    of: 'Name'
    every: 'PT5M'
    window: 'PT15M'
    above: 0
  }
  {
    name: 'dead-letters'
    title: 'Records were given up'
    severity: 3
    metric: 'sync.dead_letters'
    of: 'strcat(Properties.flow, " ", Properties.kind)'
    every: 'PT1H'
    window: 'P1D'
    above: 0
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'sync'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource gaugeAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for gauge in gauges: {
    name: 'alert-${gauge.name}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: gauge.title
      description: 'See "${gauge.name}" in infra/README.md.'
      severity: gauge.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: gauge.every
      windowSize: gauge.window
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            // As it is now.
            query: 'AppMetrics | where Name == "${gauge.metric}" | summarize arg_max(TimeGenerated, Max) by Of = ${gauge.of} | where Max > ${gauge.above}'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: empty(email) ? [] : [people.id] }
    }
  }
]

// The other alerts are silent when the app is.
resource silence 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-silence-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'The app has written nothing for half an hour'
    description: 'See "silence" in infra/README.md.'
    severity: 1
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: 'AppMetrics | where Name == "sync.queue.poison"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}

resource transactions 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (id, i) in storageIds: {
    name: 'alert-transactions-${i}-${suffix}'
    location: 'global'
    tags: tags
    properties: {
      description: 'See "transactions" in infra/README.md.'
      severity: 3
      enabled: true
      scopes: [id]
      evaluationFrequency: 'PT1H'
      windowSize: 'P1D'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'transactions'
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.Storage/storageAccounts'
            metricName: 'Transactions'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: transactionsPerDay
          }
        ]
      }
      actions: empty(email) ? [] : [{ actionGroupId: people.id }]
    }
  }
]
