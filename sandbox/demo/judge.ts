import { contentHash } from '../../src/ledger/fingerprint.ts'
import type { JsonValue } from '../../src/model/json.ts'
import type { DeadLetter } from '../consumer-view/dead-letter.ts'
import { type BadRow, compareWithTruth, type Disagreement } from '../providers/truth.ts'
import { type Stage, sourceName } from './stage.ts'

/** How what the consumer saw agrees with what the provider showed. */
export interface Verdict {
  /** Versions that the provider showed and that had to be published. */
  readonly shown: number
  readonly published: number
  /** Versions that were shown and gone before they could be committed; later ones of their records were published. */
  readonly replaced: number
  readonly deadLetters: { readonly shown: number; readonly published: number }
  readonly lost: readonly Disagreement[]
  readonly repeated: readonly Disagreement[]
  readonly wrong: readonly Disagreement[]
}

/** Compares what has arrived with everything that was visible by `untilMs`. */
export function judge({ view, simulator }: Stage, untilMs: number): Verdict {
  const { truth } = simulator.world
  const records = compareWithTruth(view.revisions(sourceName), truth.visibleBy(untilMs), hashOf, untilMs)
  const badRows = [...truth.badRows()].filter((row) => row.visibleAtMs <= untilMs)
  const letters = compareDeadLetters(view.deadLetters, badRows)
  const lost = [...records.lost, ...letters.lost]
  const repeated = [...records.repeated, ...letters.repeated]
  const wrong = [...records.wrong, ...letters.wrong, ...view.problems.map((problem) => ({ id: 'event', problem }))]
  const replaced = isRight({ lost, repeated, wrong }) ? Math.max(0, records.shown - records.published) : 0
  return {
    shown: records.shown - replaced,
    published: records.published,
    replaced,
    deadLetters: { shown: badRows.length, published: view.deadLetters.length },
    lost,
    repeated,
    wrong,
  }
}

/** Whether anything at all speaks against Ringtail. */
export function isRight({ lost, repeated, wrong }: Findings): boolean {
  return lost.length + repeated.length + wrong.length === 0
}

type Findings = Pick<Verdict, 'lost' | 'repeated' | 'wrong'>

/** Each bad row is to be dead-lettered once, with its text as it was served. */
function compareDeadLetters(letters: readonly DeadLetter[], badRows: readonly BadRow[]): Findings {
  const reasons = new Map(badRows.map(({ rawText, reason }) => [rawText, reason]))
  const arrived = new Map<string, number>()
  for (const { rawText } of letters) arrived.set(rawText, (arrived.get(rawText) ?? 0) + 1)
  const about = (reason: string | undefined, problem: string): Disagreement => ({
    id: `bad row (${reason})`,
    problem,
  })
  return {
    lost: badRows
      .filter(({ rawText }) => !arrived.has(rawText))
      .map(({ reason }) => about(reason, 'was not dead-lettered')),
    repeated: [...arrived]
      .filter(([, count]) => count > 1)
      .map(([rawText, count]) => about(reasons.get(rawText), `was dead-lettered ${count} times`)),
    wrong: letters
      .filter(({ rawText }) => !reasons.has(rawText))
      .map(({ reason, detail }) => about(`${reason}: ${detail}`, 'was dead-lettered and is none of the provider’s')),
  }
}

/** CarrierX has no volatile fields. What the truth holds was parsed from JSON. */
function hashOf(raw: unknown): string {
  return contentHash(raw as JsonValue, [])
}
