/** Where a value stands in the configuration file, and where it comes from. Lines and columns count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
  /** The substitutions that the value was made with: `${NAME}`, `${file:PATH}`. */
  readonly from: readonly string[]
  /** A substitution failed: the value is a stand-in, and further faults of it say nothing. */
  readonly isUnresolved: boolean
}

/** Steps from the root to a value. */
export type KeyPath = readonly PropertyKey[]

/** The configuration as plain values, with the place of every key and value. */
export class ConfigTree {
  readonly root: unknown
  readonly #values: ReadonlyMap<string, Place>
  readonly #keys: ReadonlyMap<string, Place>

  constructor(root: unknown, values: ReadonlyMap<string, Place>, keys: ReadonlyMap<string, Place>) {
    this.root = root
    this.#values = values
    this.#keys = keys
  }

  /** The value at `path`, undefined where there is none. */
  valueAt(path: KeyPath): unknown {
    let value = this.root
    for (const step of path) value = childOf(value, step)
    return value
  }

  /** The place of the value at `path`, undefined where there is none. */
  placeOf(path: KeyPath): Place | undefined {
    return this.#values.get(pathId(path))
  }

  /** The place of the key that `path` ends with. */
  keyPlaceOf(path: KeyPath): Place | undefined {
    return this.#keys.get(pathId(path))
  }

  /** The place of `path`, or of what it would stand in. */
  nearestPlace(path: KeyPath): Place | undefined {
    for (let length = path.length; length >= 0; length--) {
      const place = this.placeOf(path.slice(0, length))
      if (place !== undefined) return place
    }
    return undefined
  }
}

/** A path as people read it: `sources.0.poll`. */
export function pathText(path: KeyPath): string {
  return path.map(String).join('.')
}

/** A path as a key of a map; unlike `pathText` it tells `a.b` from `a` → `b`. */
export function pathId(path: KeyPath): string {
  return path.map(String).join('\0')
}

/** The value of one key or index of `value`, undefined where it has none. */
export function childOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return Reflect.get(value, step)
}
