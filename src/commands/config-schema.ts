import { configJsonSchema } from '../config/json-schema.ts'
import { providers } from '../providers/index.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/** Prints the JSON Schema of the configuration file. */
export async function runConfigSchema(io: Pick<Io, 'out'>): Promise<number> {
  io.out(JSON.stringify(configJsonSchema(providers), null, 2))
  return exitCode.done
}
