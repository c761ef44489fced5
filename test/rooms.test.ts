import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** Which rooms a room may import from, beside itself. What lies directly in src/ connects and may import all. */
const table: Readonly<Record<string, readonly string[]>> = {
  model: [],
  providers: ['model'],
  http: ['model'],
  avro: ['model'],
  ledger: ['model'],
  media: ['model'],
  kafka: ['model'],
  observe: ['model'],
  feed: ['model', 'ledger', 'media'],
  admin: ['model', 'ledger', 'observe'],
  config: ['model', 'providers/index.ts'],
  checks: ['model', 'feed', 'http', 'kafka', 'avro', 'observe', '.'],
  commands: [
    'model',
    'config',
    'feed',
    'http',
    'kafka',
    'avro',
    'ledger',
    'observe',
    'providers/index.ts',
    'checks',
    '.',
  ],
}

/** Packages that only one room may import. */
const packages: Readonly<Record<string, string>> = {
  kafkajs: 'kafka',
  undici: 'http',
  'p-queue': 'http',
  avsc: 'avro',
  '@kafkajs/confluent-schema-registry': 'avro',
  'prom-client': 'observe',
  pino: 'observe',
  fastify: 'admin',
  commander: 'commands',
  'libphonenumber-js': 'providers',
}

interface SourceFile {
  /** Relative to src, with slashes. */
  readonly path: string
  readonly text: string
}

/** The faults of a set of files against the table; each a sentence. */
function faultsOf(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const room = roomOf(path)
    return importsOf(text).flatMap((imported) => {
      if (!imported.startsWith('.')) return packageFault(path, room, imported)
      const target = relative(src, resolve(src, dirname(path), imported))
        .split(sep)
        .join('/')
      return isAllowed(room, target) ? [] : [`${path} must not import ${target}`]
    })
  })
}

function packageFault(path: string, room: string, imported: string): string[] {
  const name = imported.startsWith('@') ? imported.split('/').slice(0, 2).join('/') : (imported.split('/')[0] ?? '')
  const owner = packages[name]
  const isConfigRegion = name === 'libphonenumber-js' && room === 'config'
  return owner === undefined || owner === room || isConfigRegion ? [] : [`${path} must not import ${name}`]
}

function isAllowed(room: string, target: string): boolean {
  const targetRoom = roomOf(target)
  if (room === '.' || targetRoom === room) return true
  const allowed = table[room] ?? []
  return allowed.includes(targetRoom) || allowed.includes(target)
}

function roomOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '.') : '.'
}

function importsOf(text: string): string[] {
  const specifiers =
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:from\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|require(?:\.resolve)?\(\s*['"]([^'"]+)['"]|\n\} from ['"]([^'"]+)['"]/g
  return [...text.matchAll(specifiers)].map((match) => match.slice(1).find((group) => group !== undefined) ?? '')
}

function sourceFiles(): SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(src, path), 'utf8') }))
}

describe('the rooms of src/', () => {
  it('import only what the table allows', () => {
    expect(faultsOf(sourceFiles())).toEqual([])
  })

  it('are all in the table', () => {
    const rooms = new Set(sourceFiles().map(({ path }) => roomOf(path)))
    rooms.delete('.')
    expect([...rooms].filter((room) => table[room] === undefined)).toEqual([])
  })

  it.each([
    ['providers/x.ts', "import { a } from '../http/client.ts'"],
    ['ledger/x.ts', "import {\n  a,\n} from '../kafka/writer.ts'"],
    ['feed/x.ts', "import kafkajs from 'kafkajs'"],
    ['http/x.ts', "export { a } from '../config/load.ts'"],
    ['model/x.ts', "const a = await import('../feed/feed.ts')"],
    ['ledger/x.ts', "const a = require('kafkajs/src/cluster')"],
  ])('a fault in %s is seen', (path, text) => {
    expect(faultsOf([{ path, text }])).toHaveLength(1)
  })

  it('the process is ended, its signals heard and its environment read in one place each', () => {
    const places: Readonly<Record<string, readonly string[]>> = {
      'process.exit': ['main.ts'],
      'process.on(': ['main.ts'],
      'process.once(': ['main.ts'],
      'process.env': ['config/load.ts', 'main.ts'],
    }
    for (const [use, files] of Object.entries(places)) {
      const users = sourceFiles().filter(({ path, text }) => text.includes(use) && !files.includes(path))
      expect(
        users.map(({ path }) => path),
        use,
      ).toEqual([])
    }
  })
})
