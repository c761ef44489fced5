import { registerHooks } from 'node:module'

// Reads partition 0 of a topic, with or without the patches of kafkajs, and prints what came of it as JSON.
const [broker = '', topic = '', patches = ''] = process.argv.slice(2)
const givesUpAfterMs = 3_000

if (patches === 'unpatched') {
  registerHooks({
    load: (url, context, nextLoad) =>
      url.endsWith('/kafkajs-patches.ts')
        ? { format: 'module', source: 'export {}', shortCircuit: true }
        : nextLoad(url, context),
  })
}

const { LogReader } = await import('../../src/kafka/restore.ts')
const { settingsFor, silent } = await import('./world.ts')

const reader = new LogReader(settingsFor([broker]).kafka, 'test', silent)
const keys: string[] = []
const hasEnded = await reader
  .read({ topic, partition: 0 }, ({ key }) => keys.push(String(key)), AbortSignal.timeout(givesUpAfterMs))
  .then(
    () => true,
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'TimeoutError') return false
      throw error
    },
  )
console.log(JSON.stringify({ hasEnded, keys }))
process.exit()
