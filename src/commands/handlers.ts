import type { LoadedSettings } from '../config/load.ts'
import type { CommandWords } from './index.ts'
import type { Io } from './io.ts'

/** What was typed after the words of a command. */
export interface Call {
  /** The argument of this name; the command line has made sure that it was given. */
  argument(name: string): string
  /** The word that the option of this name was given, or its default. */
  option(name: string): string
  /** Reads the configuration. Throws `ConfigError`. */
  settings(): Promise<LoadedSettings>
}

/** Carries out a command; resolves with its exit code, throws where it failed. */
export type Handler = (call: Call, io: Io) => Promise<number>

/**
 * What every command does. Each imports its file when it is called, and after the configuration was read: faults of that
 * are shown at once, and none waits for the clients of another.
 */
export const handlers: Readonly<Record<CommandWords, Handler>> = {
  run: async (call, io) => {
    const loaded = await call.settings()
    const { runService } = await import('./run.ts')
    return runService(loaded, io)
  },
  check: async (call, io) => {
    const loaded = await call.settings()
    const { runCheck } = await import('./check.ts')
    return runCheck(loaded, io)
  },
  peek: async (call, io) => {
    const loaded = await call.settings()
    const { runPeek } = await import('./peek.ts')
    return runPeek(loaded, call.argument('source'), Number(call.option('count')), io)
  },
  inspect: async (call, io) => {
    const loaded = await call.settings()
    const { runInspect } = await import('./inspect.ts')
    return runInspect(loaded, call.argument('source'), call.argument('id'), io)
  },
  'topics plan': async (call, io) => {
    const loaded = await call.settings()
    const { runTopicsPlan } = await import('./topics.ts')
    return runTopicsPlan(loaded, call.option('format') === 'strimzi' ? 'strimzi' : 'kafka', io)
  },
  'topics apply': async (call, io) => {
    const loaded = await call.settings()
    const { runTopicsApply } = await import('./topics.ts')
    return runTopicsApply(loaded, io)
  },
  'schemas check': async (call, io) => {
    const loaded = await call.settings()
    const { runSchemasCheck } = await import('./schemas.ts')
    return runSchemasCheck(loaded, io)
  },
  'schemas register': async (call, io) => {
    const loaded = await call.settings()
    const { runSchemasRegister } = await import('./schemas.ts')
    return runSchemasRegister(loaded, io)
  },
  'config schema': async (_call, io) => {
    const { runConfigSchema } = await import('./config-schema.ts')
    return runConfigSchema(io)
  },
}
