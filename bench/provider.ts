import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A provider that costs nothing: a CarrierX in a process of its own whose pages lie ready in memory. */
export interface FreeProvider {
  readonly url: string
  readonly token: string
  stop(): Promise<void>
}

/** Starts one with so many records. */
export async function startFreeProvider(records: number): Promise<FreeProvider> {
  const path = join(import.meta.dirname, '../sandbox/providers/carrierx.ts')
  const child = spawn(process.execPath, [path, '--prepared', '--records', String(records), '--hours', '24'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await firstLine(child)
  const { url, token } = JSON.parse(line) as { url: string; token: string }
  return {
    url,
    token,
    stop: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the provider has no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the provider ended before it was ready')
}
