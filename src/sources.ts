import { type Feed, feedsOf } from './feed/feed.ts'
import { systemClock } from './http/clock.ts'
import { sendForSource } from './http/send-for-source.ts'
import type { WireSend } from './http/wire.ts'
import { partitionOf } from './kafka/partition-of.ts'
import type { LedgerSource } from './ledger/doors.ts'
import type { Send } from './model/http.ts'
import type { ProviderSource } from './model/provider.ts'
import type { Settings, SourceSettings } from './model/settings.ts'
import type { Metrics } from './observe/metrics.ts'

/** A source of the configuration, opened: ready to be asked. */
export interface OpenSource {
  readonly settings: SourceSettings
  readonly provider: ProviderSource
  readonly send: Send
  /** What its ledger needs to know of it. */
  readonly ledger: LedgerSource
  readonly feeds: readonly Feed[]
  /** The checkpoint partition that its state lives in. */
  readonly partition: number
}

/** Opens every source of the configuration. Asks nobody anything yet. */
export function openSources(settings: Settings, client: WireSend, metrics: Metrics): OpenSource[] {
  return settings.sources.map((source) => openSource(settings, source, client, metrics))
}

function openSource(settings: Settings, source: SourceSettings, client: WireSend, metrics: Metrics): OpenSource {
  const { name } = source
  const provider = source.provider.open(source.own, source)
  const send = sendForSource({
    client,
    source,
    auth: provider.auth,
    origins: provider.origins,
    limits: source.limits,
    clock: systemClock,
    hooks: {
      onRequest: ({ feed, code, seconds, bytes }) => {
        metrics.requests.inc({ source: name, feed, code })
        metrics.requestDuration.observe({ source: name, feed }, seconds)
        metrics.responseBytes.inc({ source: name, feed }, bytes)
      },
      onThrottled: (seconds) => metrics.throttled.inc({ source: name }, seconds),
    },
  })
  return {
    settings: source,
    provider,
    send,
    ledger: {
      origin: { provider: source.provider.name, source: name, account: source.account },
      volatile: provider.volatile,
      rememberForMs: source.timing.rememberForMs,
    },
    feeds: feedsOf({
      name,
      tail: provider.tail,
      range: provider.range,
      maxWindowMs: provider.maxWindowMs,
      timing: source.timing,
      sinceMs: source.sinceMs,
      send,
    }),
    partition: partitionOf(name, settings.app.checkpointPartitions),
  }
}
