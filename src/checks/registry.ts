import { checkSchemas, openRegistry, type SchemaStanding } from '../avro/registry.ts'
import type { Settings } from '../model/settings.ts'
import { type CheckResult, failure, type Report } from './result.ts'

/** Whether the registry answers, and whether it has our schemas or would take them. */
export async function checkRegistry(settings: Settings, report: Report): Promise<void> {
  try {
    const standings = await checkSchemas(openRegistry(settings.schemaRegistry), settings.kafka.topics)
    report({ check: 'schema registry', ok: true, detail: 'answers' })
    for (const standing of standings) report(schemaResult(standing, settings.schemaRegistry.register))
  } catch (error) {
    report(failure('schema registry', error))
  }
}

/** Whether `run` could use one schema as it stands. */
export function schemaResult(standing: SchemaStanding, mayRegister: boolean): CheckResult {
  const { subject, schema, id, isCompatible } = standing
  const check = `schema ${subject}`
  if (id !== undefined) return { check, ok: true, detail: `${schema} has id ${id}` }
  if (!isCompatible) {
    return {
      check,
      ok: false,
      detail: `the subject's other schemas are not compatible with ${schema}`,
      code: 'RT-SCHEMA-INCOMPATIBLE',
      advice: 'Name another topic in kafka.topics, or run the version of Ringtail that registered the newest schema.',
    }
  }
  if (mayRegister) return { check, ok: true, detail: `${schema} will be registered` }
  return {
    check,
    ok: false,
    detail: `${schema} is not registered, and schemaRegistry.register is false`,
    code: 'RT-SCHEMA-MISSING',
    advice: 'Run `ringtail schemas register`, or set schemaRegistry.register: true.',
  }
}
