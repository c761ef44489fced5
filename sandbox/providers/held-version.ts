import type { TruthVersion } from './truth.ts'

/** A version as it is held: serialised once, parsed when somebody asks for `raw`. */
export class HeldVersion implements TruthVersion {
  readonly json: Buffer
  readonly visibleAtMs: number
  servedAtMs: number | null = null

  constructor(json: Buffer, visibleAtMs: number) {
    this.json = json
    this.visibleAtMs = visibleAtMs
  }

  get raw(): unknown {
    return JSON.parse(this.json.toString())
  }
}

/** A row as it is held: a record, or a bad row, which has one version only. */
export interface HeldRow {
  readonly id: string
  readonly versions: readonly HeldVersion[]
}

/** The version of `row` that shows at `nowMs`; undefined while none does. */
export function versionAt(row: HeldRow, nowMs: number): HeldVersion | undefined {
  for (let index = row.versions.length - 1; index >= 0; index--) {
    const version = row.versions[index]
    if (version !== undefined && version.visibleAtMs <= nowMs) return version
  }
  return undefined
}

/** For `Answer.served`: notes the time on the versions that were not served before. */
export function markServed(versions: readonly HeldVersion[]): (nowMs: number) => void {
  return (nowMs) => {
    for (const version of versions) version.servedAtMs ??= nowMs
  }
}
