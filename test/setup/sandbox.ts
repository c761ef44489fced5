import type { TestProject } from 'vitest/node'
import { startWorld } from '../../sandbox/world.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of every broker that the integration tests share. */
    readonly kafkaBrokers: string[]
    /** The base URL of the schema registry that they share. */
    readonly registryUrl: string
  }
}

/** Starts one broker and one registry for a whole run of the integration tests, which name topics and subjects apart. */
export default async function startSharedWorld(project: TestProject): Promise<() => Promise<void>> {
  const world = await startWorld()
  project.provide('kafkaBrokers', world.brokers)
  project.provide('registryUrl', world.registryUrl)
  return () => world.stop()
}
