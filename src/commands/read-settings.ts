import type { LoadedSettings } from '../config/load.ts'

/** Reads the configuration at `path` for the providers there are. Throws `ConfigError`. */
export async function readSettings(path: string): Promise<LoadedSettings> {
  const [{ loadSettings }, { providers }] = await Promise.all([
    import('../config/load.ts'),
    import('../providers/index.ts'),
  ])
  return loadSettings({ path, providers })
}
