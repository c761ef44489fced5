import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Written last, it lists every file's size: a folder that does not match it is filled anew. */
const manifestName = '.complete.json'
const fillingMark = '.filling-'
/** Longer than any fill takes: a folder this old was left by a process that was killed. */
const abandonedAfterMs = 3_600_000

/**
 * The folder called `name` in the user's cache, filled by `fill` unless an earlier run has done so.
 *
 * Several processes may fill it at once: each fills a folder of its own and the first to finish gives it its name. A
 * folder from which files are missing, or whose files have other sizes, is replaced. Throws what `fill` throws.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (await isComplete(folder)) return folder
  await mkdir(cacheFolder(), { recursive: true })
  await removeAbandoned()
  const filling = await mkdtemp(`${folder}${fillingMark}`)
  try {
    await fill(filling)
    await writeFile(join(filling, manifestName), JSON.stringify(await fileSizes(filling)))
    await putInPlace(filling, folder)
  } finally {
    await rm(filling, { recursive: true, force: true })
  }
  return folder
}

/** Whether `cached(name)` would answer without filling anything. */
export function isCached(name: string): Promise<boolean> {
  return isComplete(join(cacheFolder(), name))
}

function cacheFolder(): string {
  const root = process.env['XDG_CACHE_HOME']
  return join(root !== undefined && isAbsolute(root) ? root : join(homedir(), '.cache'), 'ringtail')
}

async function removeAbandoned(): Promise<void> {
  const names = await readdir(cacheFolder())
  for (const name of names.filter((name) => name.includes(fillingMark))) {
    const path = join(cacheFolder(), name)
    const changedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    )
    if (Date.now() - changedMs > abandonedAfterMs) await rm(path, { recursive: true, force: true })
  }
}

async function putInPlace(filled: string, folder: string): Promise<void> {
  if (await isComplete(folder)) return
  const broken = `${filled}.broken`
  await rename(folder, broken).catch(() => {})
  try {
    await rename(filled, folder)
  } catch (error) {
    if (!(await isComplete(folder))) throw new Error(`could not fill the cache at ${folder}`, { cause: error })
  } finally {
    await rm(broken, { recursive: true, force: true })
  }
}

async function isComplete(folder: string): Promise<boolean> {
  try {
    const expected: unknown = JSON.parse(await readFile(join(folder, manifestName), 'utf8'))
    return JSON.stringify(await fileSizes(folder)) === JSON.stringify(expected)
  } catch {
    return false
  }
}

async function fileSizes(folder: string): Promise<Readonly<Record<string, number>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile() && entry.name !== manifestName)
  const sizes = await Promise.all(
    paths.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length + 1), (await stat(path)).size] as const
    }),
  )
  return Object.fromEntries(sizes.sort(([a], [b]) => (a < b ? -1 : 1)))
}
