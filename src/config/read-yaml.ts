import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { ConfigTree, type KeyPath, type Place, pathId, pathText } from './config-tree.ts'
import type { Fault } from './fault.ts'
import { shield, unshield } from './shield.ts'
import { type SubstitutionSources, substitute } from './substitute.ts'
import { yamlFaults } from './yaml-faults.ts'

/** What takes the place of a value whose substitution failed. */
const standIn = 'unresolved'

/**
 * Reads YAML into plain values and replaces the substitutions in its strings; keys are left as they are. The tree is
 * undefined where the text is not YAML.
 */
export function readYaml(
  text: string,
  sources: SubstitutionSources,
): { readonly tree: ConfigTree | undefined; readonly faults: readonly Fault[] } {
  const lines = new LineCounter()
  // Pretty errors quote the file, and with it secrets. Repeated keys are found below, where their path is known.
  const document = parseDocument(shield(text), { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const faults = yamlFaults(document, lines)
  if (faults.length > 0) return { tree: undefined, faults }
  const walk = new Walk(document, lines, sources)
  return { tree: walk.tree(), faults: walk.faults }
}

/** One pass over the nodes of a document. */
class Walk {
  readonly faults: Fault[] = []
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #sources: SubstitutionSources
  readonly #values = new Map<string, Place>()
  readonly #keys = new Map<string, Place>()
  readonly #openNodes = new Set<unknown>()

  constructor(document: Document, lines: LineCounter, sources: SubstitutionSources) {
    this.#document = document
    this.#lines = lines
    this.#sources = sources
  }

  tree(): ConfigTree {
    return new ConfigTree(this.#value(this.#document.contents, []), this.#values, this.#keys)
  }

  #value(node: unknown, path: KeyPath): unknown {
    if (isAlias(node)) return this.#inside(node, path, () => this.#aliased(node, path))
    if (isMap(node)) return this.#inside(node, path, () => this.#mapping(node, path))
    if (isSeq(node)) return this.#inside(node, path, () => this.#list(node, path))
    if (!isScalar(node)) return null
    return typeof node.value === 'string' ? this.#text(unshield(node.value), node, path) : this.#plain(node, path)
  }

  #aliased(node: Alias, path: KeyPath): unknown {
    const target = node.resolve(this.#document)
    if (target === undefined) this.#fault(node, path, 'no anchor of this name above; quote a value that starts with *')
    return this.#value(target, path)
  }

  /** Walks into a node that may, by an alias, stand in itself. */
  #inside(node: Node, path: KeyPath, walk: () => unknown): unknown {
    if (this.#openNodes.has(node)) {
      this.#fault(node, path, 'this alias stands inside of what it stands for')
      return null
    }
    this.#openNodes.add(node)
    this.#values.set(pathId(path), this.#placeOf(node))
    const value = walk()
    this.#openNodes.delete(node)
    return value
  }

  #mapping(node: YAMLMap, path: KeyPath): unknown {
    const entries: [string, unknown][] = []
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        this.#fault(node, path, 'expected keys that are plain words')
        continue
      }
      const word = unshield(String(key.value))
      const at = [...path, word]
      if (this.#keys.has(pathId(at))) this.#fault(key, at, 'this key is given twice')
      this.#keys.set(pathId(at), this.#placeOf(key))
      const child = this.#value(value, at)
      if (child !== undefined) entries.push([word, child])
    }
    return Object.fromEntries(entries)
  }

  #list(node: YAMLSeq, path: KeyPath): unknown {
    return node.items.map((item, index) => this.#value(item, [...path, index]))
  }

  #plain(node: Node & { value: unknown }, path: KeyPath): unknown {
    this.#values.set(pathId(path), this.#placeOf(node))
    return node.value
  }

  #text(text: string, node: Node, path: KeyPath): string | undefined {
    const { text: replaced, from, problems } = substitute(text, this.#sources)
    for (const { reason, hint } of problems) this.#fault(node, path, reason, hint)
    const isUnresolved = problems.length > 0
    this.#values.set(pathId(path), { ...this.#placeOf(node), from, isUnresolved })
    return isUnresolved ? standIn : replaced
  }

  #fault(node: Node, path: KeyPath, reason: string, hint?: string): void {
    const { line, column } = this.#placeOf(node)
    this.faults.push({ path: pathText(path), line, column, reason, hint })
  }

  #placeOf(node: Node): Place {
    const { line, col } = this.#lines.linePos(node.range?.[0] ?? 0)
    return { line, column: col, from: [], isUnresolved: false }
  }
}
