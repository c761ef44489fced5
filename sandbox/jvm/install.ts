import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, isCached } from './cache.ts'
import { maven, pomPath } from './maven.ts'

const run = promisify(execFile)

/** The version of Apicurio Registry that the sandbox runs. */
export const registryVersion = '3.3.3'
const registryName = `apicurio-registry-${registryVersion}`

/** Kafka on this machine. */
export interface KafkaInstallation {
  /** The class path: every jar of the broker. */
  readonly classPath: string
  /** The `bootstrap.checkpoint` that formatting a data folder makes. It is the same for every cluster and node. */
  readonly bootstrapCheckpoint: string
}

/** Kafka, fetched by Maven on first use; `java` formats a folder to learn what one looks like. */
export async function installKafka(java: string): Promise<KafkaInstallation> {
  const name = await kafkaName()
  const jars = await cached(name, (folder) =>
    maven('dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`),
  )
  // Java expands the star itself; it takes the jars only, not the cache's own file.
  const classPath = join(jars, '*')
  const formatted = await cached(`${name}-formatted`, (folder) => format(java, classPath, folder))
  return { classPath, bootstrapCheckpoint: join(formatted, 'bootstrap.checkpoint') }
}

/** The folder of Apicurio Registry, fetched by Maven on first use. */
export function installRegistry(): Promise<string> {
  return cached(registryName, async (folder) => {
    const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
    await maven('dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`)
    for (const archive of await readdir(folder)) {
      await run('tar', ['-xzf', join(folder, archive), '-C', folder])
      await rm(join(folder, archive))
    }
  })
}

/** Whether Kafka, and the registry if `registry`, start without Maven because an earlier run has fetched them. */
export async function isInstalled(registry: boolean): Promise<boolean> {
  return (await isCached(await kafkaName())) && (!registry || (await isCached(registryName)))
}

/** Changes with the project file, so that another Kafka version is another folder. */
async function kafkaName(): Promise<string> {
  const pom = await readFile(pomPath)
  return `kafka-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`
}

async function format(java: string, classPath: string, folder: string): Promise<void> {
  const properties = join(folder, 'server.properties')
  await writeFile(
    properties,
    [
      'process.roles=broker,controller',
      'node.id=1',
      'controller.quorum.voters=1@127.0.0.1:9093',
      'controller.listener.names=CONTROLLER',
      'listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      `log.dirs=${folder}`,
    ].join('\n'),
  )
  await run(java, ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', properties], {
    env: { CLASSPATH: classPath },
    timeout: 60_000,
  })
}
