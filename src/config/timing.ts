import type { Provider, Timing } from '../model/provider.ts'
import type { MediaSettings } from '../model/settings.ts'
import { mediaDefaults, type TimingSection } from './source-section.ts'

/** When one source is read: its own keys win over the file's `defaults`, those over the provider's. */
export function timingOf(source: TimingSection, defaults: TimingSection, provider: Provider<unknown>): Timing {
  const { timing } = provider
  return {
    pollMs: source.poll ?? defaults.poll ?? timing.pollMs,
    settleMs: source.settle ?? defaults.settle ?? timing.settleMs,
    overlapMs: source.overlap ?? defaults.overlap ?? timing.overlapMs,
    recheck: source.recheck ?? defaults.recheck ?? timing.recheck,
    rememberForMs: source.rememberFor ?? defaults.rememberFor ?? timing.rememberForMs,
  }
}

/** How one source's media are waited for: key by key, the source's own win over the file's `defaults`. */
export function mediaOf(source: TimingSection, defaults: TimingSection): MediaSettings {
  const { recordings, transcripts, firstProbe, maxProbe, deadline } = { ...defaults.media, ...source.media }
  return {
    recordings: recordings ?? mediaDefaults.recordings,
    transcripts: transcripts ?? mediaDefaults.transcripts,
    firstProbeMs: firstProbe ?? mediaDefaults.firstProbeMs,
    maxProbeMs: maxProbe ?? mediaDefaults.maxProbeMs,
    deadlineMs: deadline ?? mediaDefaults.deadlineMs,
  }
}
