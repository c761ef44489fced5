import { join } from 'node:path'
import { attempts } from './jvm/attempts.ts'
import { freePorts } from './jvm/free-ports.ts'
import { GuardedProcess, temporaryFolder } from './jvm/guarded-process.ts'
import { installRegistry } from './jvm/install.ts'
import { findJava } from './jvm/java.ts'
import { poll } from './jvm/poll.ts'

/** Apicurio Registry needs at least this feature release of Java. */
export const registryJavaVersion = 21
const startAttempts = 3

/** The path under which Apicurio Registry speaks Confluent's API. */
export const registryPath = '/apis/ccompat/v7'

/** A running schema registry that keeps its schemas in memory. */
export interface RegistrySandbox {
  /** The base of Confluent's API, without a slash at its end. */
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts Apicurio Registry on a free loopback port.
 *
 * It ends with this process, however that ends. Fetched by Maven on first use. Throws when Java is missing and, with
 * the registry's last words, when it does not come up.
 */
export async function startRegistry(): Promise<RegistrySandbox> {
  const java = await findJava(registryJavaVersion)
  if (java === undefined) throw new Error(`Apicurio Registry needs Java ${registryJavaVersion} or later and found none`)
  const installation = await installRegistry()
  return attempts('starting Apicurio Registry', startAttempts, () => start(java, installation))
}

async function start(java: string, installation: string): Promise<RegistrySandbox> {
  const [port, managementPort] = await freePorts(2)
  const folder = await temporaryFolder('registry')
  const registry = await GuardedProcess.start(folder, [
    java,
    ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${folder}`],
    ...['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`],
    // Otherwise it listens on every address, on a port that two registries would fight over.
    ...['-Dquarkus.management.host=127.0.0.1', `-Dquarkus.management.port=${managementPort}`],
    ...['-Dapicurio.datasource.jdbc.initial-size=2', '-Dapicurio.datasource.jdbc.min-size=2'],
    ...['-jar', join(installation, 'quarkus-run.jar')],
  ])
  const url = `http://127.0.0.1:${port}${registryPath}`
  try {
    await poll(`registry at ${url}`, async () => {
      if (!registry.running) throw new Error('the registry ended')
      return (await lists(url)) || undefined
    })
  } catch (cause) {
    const said = await registry.logTail()
    await registry.remove()
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${said}`, { cause })
  }
  return { url, pid: registry.pid, stop: () => registry.remove() }
}

/** Whether a registry without subjects answers. */
async function lists(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(5_000) })
    return answer.ok && (await answer.text()) === '[]'
  } catch {
    return false
  }
}
