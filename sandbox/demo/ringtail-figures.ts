/** Sums of Ringtail's own counters over all its runs: a restart begins them anew, which here goes unnoticed. */
export class RingtailFigures {
  readonly #metricsUrl: string
  #ended = new Map<string, number>()
  #running = new Map<string, number>()

  constructor(adminUrl: string) {
    this.#metricsUrl = `${adminUrl}/metrics`
  }

  /** Asks for the present figures; keeps the last ones where nobody answers. */
  async refresh(): Promise<void> {
    try {
      const answer = await fetch(this.#metricsUrl, { signal: AbortSignal.timeout(1_000) })
      const sums = counterSums(await answer.text())
      const restarted = [...this.#running].some(([name, value]) => (sums.get(name) ?? 0) < value)
      if (restarted) this.#ended = new Map([...this.#running.keys()].map((name) => [name, this.total(name)]))
      this.#running = sums
    } catch {
      // It is being killed or started.
    }
  }

  /** The sum of all series of `ringtail_<name>`. */
  total(name: string): number {
    return (this.#ended.get(name) ?? 0) + (this.#running.get(name) ?? 0)
  }
}

/** By name without its prefix, the sum of each counter's series. */
function counterSums(exposition: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [, name = '', value] of exposition.matchAll(/^ringtail_(\w+_total)(?:\{.*\})? (\S+)$/gm)) {
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return sums
}
