import { checkSchemas, openRegistry, registerSchemas } from '../avro/registry.ts'
import { schemaResult } from '../checks/registry.ts'
import type { LoadedSettings } from '../config/load.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { textTable } from './table.ts'

/** `ringtail schemas check`: how our schemas stand in the registry. Exit 1 where `run` could not use one. */
export async function runSchemasCheck({ settings }: LoadedSettings, io: Io): Promise<number> {
  const standings = await checkSchemas(openRegistry(settings.schemaRegistry), settings.kafka.topics)
  const results = standings.map((standing) => schemaResult(standing, settings.schemaRegistry.register))
  if (io.json) {
    io.out(
      JSON.stringify(
        standings.map((standing, at) => ({ ...standing, ...results[at] })),
        null,
        2,
      ),
    )
  } else {
    const rows = standings.map(({ subject, schema, compatibilityLevel }, at) => [
      results[at]?.ok === true ? 'ok' : 'FAIL',
      subject,
      schema,
      compatibilityLevel ?? "the registry's",
      results[at]?.detail ?? '',
    ])
    io.out(textTable({ head: ['state', 'subject', 'schema', 'compatibility', 'what'], rows }))
  }
  return results.every(({ ok }) => ok) ? exitCode.done : exitCode.failed
}

/** `ringtail schemas register`: registers our schemas and sets their subjects' compatibility. */
export async function runSchemasRegister({ settings }: LoadedSettings, io: Io): Promise<number> {
  const ids = await registerSchemas(openRegistry(settings.schemaRegistry), settings.kafka.topics)
  if (io.json) io.out(JSON.stringify(Object.fromEntries(ids), null, 2))
  else
    io.out(
      textTable({
        head: ['subject', 'id'],
        rows: [...ids].map(([subject, id]) => [subject, String(id)]),
        figures: [1],
      }),
    )
  return exitCode.done
}
