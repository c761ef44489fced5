/** A range of time to be read: `fromMs` inclusive, `toMs` exclusive, both milliseconds since 1970 in UTC. */
export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}

/** `window` cut into windows of at most `maxMs`, oldest first, that cover it without gap or overlap. */
export function splitWindow(window: TimeWindow, maxMs: number): TimeWindow[] {
  const parts: TimeWindow[] = []
  for (let fromMs = window.fromMs; fromMs < window.toMs; fromMs += maxMs) {
    parts.push({ fromMs, toMs: Math.min(fromMs + maxMs, window.toMs) })
  }
  return parts
}
