import type { RingtailProcess } from '../../sandbox/ringtail-process.ts'

/** What a process answers at `/metrics`; empty where it does not answer within a second. */
export async function metricsText({ config }: Pick<RingtailProcess, 'config'>): Promise<string> {
  try {
    const answer = await fetch(`${config.adminUrl}/metrics`, { signal: AbortSignal.timeout(1_000) })
    return await answer.text()
  } catch {
    return ''
  }
}

/** The sum of the series of a metric with these labels; undefined where nobody answers or there are none. */
export async function figure(
  ringtail: Pick<RingtailProcess, 'config'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const series = (await metricsText(ringtail))
    .split('\n')
    .filter((line) => line.startsWith(`ringtail_${name}{`) || line.startsWith(`ringtail_${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
  if (series.length === 0) return undefined
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** The sources whose partitions a process works on. */
export async function ownedSources(ringtail: Pick<RingtailProcess, 'config'>): Promise<string[]> {
  const owned = (await metricsText(ringtail)).matchAll(/^ringtail_seen_rows\{source="([^"]+)"\}/gm)
  return [...owned].map(([, source = '']) => source).sort()
}
