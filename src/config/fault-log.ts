import { type ConfigTree, type KeyPath, pathText } from './config-tree.ts'
import type { Fault } from './fault.ts'
import { isSecretPath, shownValue, valueKind } from './shown-value.ts'

/** Collects the faults of a file: finds their places, and says of each value as much as may be said. */
export class FaultLog {
  readonly #tree: ConfigTree
  readonly #faults: Fault[] = []

  constructor(tree: ConfigTree, faults: readonly Fault[]) {
    this.#tree = tree
    this.#faults.push(...faults)
  }

  /** A fault of the value at `path`. Ignored where the value is a stand-in for a substitution that failed. */
  add(path: KeyPath, reason: string, hint?: string): void {
    if (this.#tree.placeOf(path)?.isUnresolved === true) return
    this.#push(path, reason, hint, this.#tree.nearestPlace(path))
  }

  /** A fault of the key itself that `path` ends with. */
  addOfKey(path: KeyPath, reason: string, hint?: string): void {
    this.#push(path, reason, hint, this.#tree.keyPlaceOf(path))
  }

  /**
   * A fault of the value at `path`, which is not what was expected (`expected a duration such as 30s`): it ends with
   * what was found, unless that may be a secret or came from outside of the file.
   */
  addUnexpected(path: KeyPath, expectation: string, hint?: string): void {
    const value = this.#tree.valueAt(path)
    const from = this.#tree.placeOf(path)?.from ?? []
    if (value === undefined) this.add(path, `is missing: ${expectation}`, hint)
    else if (from.length > 0) this.add(path, `${expectation}; the value comes from ${from.join(' and ')}`)
    else if (isSecretPath(path)) this.add(path, `${expectation}, got ${valueKind(value)}`, hint)
    else this.add(path, `${expectation}, got ${shownValue(value)}`, hint)
  }

  /** All faults in the order of the file, those without a place first. */
  get all(): readonly Fault[] {
    return this.#faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  }

  #push(path: KeyPath, reason: string, hint: string | undefined, place: { line: number; column: number } | undefined) {
    this.#faults.push({ path: pathText(path), line: place?.line, column: place?.column, reason, hint })
  }
}
