import type { LoadedSettings } from '../config/load.ts'
import { createLog } from '../observe/log.ts'
import { serve } from '../service.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/** `ringtail run`: polls and publishes until it is told to stop. */
export async function runService({ settings, warnings }: LoadedSettings, io: Io): Promise<number> {
  const log = createLog(settings.log.level)
  for (const warning of warnings) log.warn(warning)
  await serve(settings, log, io.signal)
  return exitCode.done
}
