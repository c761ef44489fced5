import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import avsc from 'avsc'
import type { TopicNames } from '../model/settings.ts'

/** A field of a record schema, as the file states it. */
export interface RecordField {
  readonly name: string
  readonly type: unknown
  readonly doc?: string
  readonly default?: unknown
}

/** A record schema, as the file states it. */
export interface RecordSchema {
  readonly type: 'record'
  readonly name: string
  readonly namespace: string
  readonly doc?: string
  readonly fields: readonly RecordField[]
}

/** The events that Ringtail publishes, by the key that the configuration names their topics with. */
export type EventKind = Exclude<keyof TopicNames, 'deadLetter' | 'checkpoints'>

const files: Readonly<Record<EventKind, string>> = {
  cdr: 'telecom.cdr.v1.avsc',
  recordingReady: 'telecom.recording-ready.v1.avsc',
  transcriptReady: 'telecom.transcript-ready.v1.avsc',
  mediaUnavailable: 'telecom.media-unavailable.v1.avsc',
}

/** Where the schema files are: the `schemas` folder of the package, whether this runs from `src` or from `dist/src`. */
export const schemaFolder: string = folderAbove(import.meta.dirname)

/** What is on the wire: the schema of each kind of event. */
export const eventSchemas: Readonly<Record<EventKind, RecordSchema>> = {
  cdr: readSchema(files.cdr),
  recordingReady: readSchema(files.recordingReady),
  transcriptReady: readSchema(files.transcriptReady),
  mediaUnavailable: readSchema(files.mediaUnavailable),
}

/** The registry's name for the schema of a topic's values. */
export function subjectOf(topic: string): string {
  return `${topic}-value`
}

/** The schema of every subject, for the topic names that are configured. */
export function schemasBySubject(topics: TopicNames): ReadonlyMap<string, RecordSchema> {
  const kinds: readonly EventKind[] = ['cdr', 'recordingReady', 'transcriptReady', 'mediaUnavailable']
  return new Map(kinds.map((kind) => [subjectOf(topics[kind]), eventSchemas[kind]]))
}

/** The version of a schema within its topic, from 1: the default of its field `schemaVersion`. */
export function schemaVersion(schema: RecordSchema): number {
  const stated = schema.fields.find(({ name }) => name === 'schemaVersion')?.default
  if (typeof stated !== 'number') throw new Error(`${schema.name} does not state its schemaVersion`)
  return stated
}

/** How values of a schema look: unions are plain values or null, times are plain numbers. */
export const avroOptions: Partial<avsc.ForSchemaOptions> = { wrapUnions: 'never', omitRecordMethods: true }

/** The type of a schema, with values as `avroOptions` says. Throws where it is no valid Avro schema. */
export function typeOf(schema: RecordSchema): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)), { ...avroOptions })
}

function readSchema(file: string): RecordSchema {
  const schema: RecordSchema = JSON.parse(readFileSync(join(schemaFolder, file), 'utf8'))
  return schema
}

function folderAbove(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const schemas = join(folder, 'schemas')
    if (existsSync(join(schemas, files.cdr))) return schemas
    if (folder === dirname(folder)) throw new Error(`no folder with the schemas above ${start}`)
  }
}
