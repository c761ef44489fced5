import { readdir, readFile, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

/**
 * The `java` of a JDK or JRE of at least `minimumVersion`, or undefined when this machine has none.
 *
 * Looks at JAVA_HOME, PATH, /usr/lib/jvm and macOS's folder of virtual machines, in this order, and believes the
 * `release` file that every installation carries.
 */
export async function findJava(minimumVersion: number): Promise<string | undefined> {
  for await (const home of javaHomes()) {
    if ((await javaVersion(home)) >= minimumVersion) return join(home, 'bin', 'java')
  }
  return undefined
}

async function* javaHomes(): AsyncGenerator<string> {
  const { JAVA_HOME, PATH } = process.env
  if (JAVA_HOME !== undefined && JAVA_HOME !== '') yield JAVA_HOME
  for (const folder of (PATH ?? '').split(delimiter)) {
    const java = await realpath(join(folder, 'java')).catch(() => undefined)
    if (java !== undefined) yield dirname(dirname(java))
  }
  for (const name of await namesIn('/usr/lib/jvm')) yield join('/usr/lib/jvm', name)
  const macOs = '/Library/Java/JavaVirtualMachines'
  for (const name of await namesIn(macOs)) yield join(macOs, name, 'Contents', 'Home')
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => [])
}

/** The feature release, 17 for "17.0.15" and 8 for "1.8.0_392"; 0 where there is no Java. */
async function javaVersion(home: string): Promise<number> {
  const release = await readFile(join(home, 'release'), 'utf8').catch(() => '')
  return Number(/^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1] ?? 0)
}
