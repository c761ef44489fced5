import type { RateLimit } from '../model/http.ts'
import type { Provider, Timing } from '../model/provider.ts'
import { durationText } from './duration.ts'
import { fileSchema } from './file-schema.ts'
import { isNode, jsonSchemaOf, propertiesOf, textOf } from './json-schema-node.ts'
import { type ReferenceRow, referenceRows } from './reference-rows.ts'
import { timingKeys } from './source-section.ts'

const introduction = `# Configuration

One YAML file, \`ringtail.yaml\` unless \`--config\` names another; \`ringtail.example.yaml\` is a complete one. Every fault of it
is reported at once with its line and column, and the process exits 78. Unknown keys are faults.

- **Substitutions** work in every string: \`\${NAME}\` is an environment variable, \`\${NAME:-default}\` one with a default
  for where it is not set or empty, \`\${file:PATH}\` the content of a file without its trailing newline (relative to the
  configuration's folder). \`\${NAME:-}\` without a value leaves its key out, \`$\${\` is a literal \`\${\`. What is put in is not
  read as YAML; a number or \`true\` is taken where one is wanted.
- **Durations** are a number and \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`: \`250ms\`, \`15s\`, \`1.5h\`, \`7d\`.
- **Secrets** are never printed.
- **Timing** is looked for in the source, then in \`defaults\`, then in the provider's own.

\`ringtail config schema\` prints the JSON Schema for editors. This page is printed from the code
(\`src/config/reference.ts\`); \`npx vitest run --project unit test/config/reference.test.ts -u\` prints it anew.
`

/** The reference of the configuration as Markdown: every key with its type, default and meaning. */
export function configReference(providers: readonly Provider<unknown>[]): string {
  const sections = Object.entries(propertiesOf(jsonSchemaOf(fileSchema(providers, '.'))))
  const common = sections.flatMap(([name, node]) => {
    const mapping = name === 'sources' && isNode(node['items']) ? node['items'] : node
    const rows = referenceRows(mapping, '').filter(({ key }) => name !== 'sources' || !isTimingKey(key))
    const more = name === 'sources' ? '\nBeside these, every key of `defaults`, and the keys of its provider.\n' : ''
    return [`## ${name}`, '', `${textOf(node, 'description')}.`, '', ...table(rows), more]
  })
  return `${[introduction, ...common, ...providers.flatMap(providerLines)].join('\n').trimEnd()}\n`
}

function providerLines({ name, settings, timing, limits }: Provider<unknown>): string[] {
  return [
    `## Provider ${name}`,
    '',
    ...table(referenceRows(jsonSchemaOf(settings), '')),
    '',
    `Timing unless the file says otherwise: ${[timingText(timing), ...limits.map(limitText)].join('; ')}.`,
    '',
  ]
}

function table(rows: readonly ReferenceRow[]): string[] {
  const lines = rows.map(({ key, type, standard, isRequired, meaning }) => {
    const fallback = standard === undefined ? (isRequired ? 'required' : '') : `\`${standard}\``
    return `| \`${key}\` | ${[type, fallback, meaning].map(cell).join(' | ')} |`
  })
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...lines]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function timingText({ pollMs, settleMs, overlapMs, recheck, rememberForMs }: Timing): string {
  const horizons = recheck.map(({ everyMs, backMs }) => `${durationText(backMs)} every ${durationText(everyMs)}`)
  return [
    `poll ${durationText(pollMs)}`,
    `settle ${durationText(settleMs)}`,
    `overlap ${durationText(overlapMs)}`,
    horizons.length === 0 ? 'no rechecks' : `recheck back ${horizons.join(', ')}`,
    `remember for ${durationText(rememberForMs)}`,
  ].join('; ')
}

function limitText({ requests, perMs, concurrency }: RateLimit): string {
  return `at most ${requests} requests in ${durationText(perMs)} and ${concurrency} at a time`
}

function isTimingKey(key: string): boolean {
  return Object.keys(timingKeys).includes(key.split(/[.[]/)[0] ?? '')
}
