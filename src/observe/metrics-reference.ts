import { createMetrics } from './metrics.ts'

const introduction = `# Metrics

What \`/metrics\` on \`admin.port\` shows, beside prom-client's figures of the process and of Node. Labels never hold an id, a
phone number or a URL: \`source\` and \`feed\` are names of the configuration, all others come from small closed sets.

| name | type | labels | meaning |
| --- | --- | --- | --- |
`

const closing = `
This page is printed from the code (\`src/observe/metrics-reference.ts\`);
\`npx vitest run --project unit test/observe/metrics-reference.test.ts -u\` prints it anew.
`

/** The reference of Ringtail's own metrics as Markdown, by name. */
export function metricsReference(): string {
  const rows = createMetrics('')
    .registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith('ringtail_'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((metric) => {
      const labels = labelsOf(metric).map((label) => `\`${label}\``)
      return `| \`${metric.name}\` | ${metric.type} | ${labels.join(', ')} | ${metric.help} |\n`
    })
  return `${introduction}${rows.join('')}${closing}`
}

/** prom-client keeps them from its types. */
function labelsOf(metric: object): readonly string[] {
  const names: unknown = Reflect.get(metric, 'labelNames')
  return Array.isArray(names) ? names.map(String) : []
}
