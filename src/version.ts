import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const packageFile = z.object({ name: z.literal('ringtail'), version: z.string() })

/** The folder of the package: the nearest one upwards whose package.json is Ringtail's own. */
export const packageFolder = nearestPackage(dirname(fileURLToPath(import.meta.url)))

/** The version of this Ringtail. */
export const version = readPackage(packageFolder)?.version ?? '0.0.0'

function nearestPackage(folder: string): string {
  if (readPackage(folder) !== undefined) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error("Ringtail's package.json is not above its code")
  return nearestPackage(parent)
}

function readPackage(folder: string): z.infer<typeof packageFile> | undefined {
  try {
    return packageFile.safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).data
  } catch {
    return undefined
  }
}
