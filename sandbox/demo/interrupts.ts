/** A terminal and npm both pass on one Ctrl-C, so that it may come twice within moments. */
const sameKeyMs = 500
const exitInterrupted = 130

/** Aborts at the first Ctrl-C or SIGTERM; a second Ctrl-C exits at once. What was started ends with this process. */
export function interrupted(announce: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | undefined
  const interrupt = (): void => {
    const now = performance.now()
    if (firstAt === undefined) {
      firstAt = now
      announce()
      controller.abort()
    } else if (now - firstAt > sameKeyMs) process.exit(exitInterrupted)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}
