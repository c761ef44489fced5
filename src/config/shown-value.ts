import type { KeyPath } from './config-tree.ts'

const secretName = /token|password|secret|key|jwt|auth|credential|passphrase|user/i
const longest = 60

/** Whether the value at `path` may be a credential, going by the name of its key or of what it stands in. */
export function isSecretPath(path: KeyPath): boolean {
  return path.some((step) => typeof step === 'string' && secretName.test(step))
}

/** A value as it may be shown in a fault: texts only where they are short and hold nothing that looks private. */
export function shownValue(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return isHarmless(value) ? JSON.stringify(value) : 'a text'
  return JSON.stringify(value)
}

/** What sort of value it is, for those that may not be shown. */
export function valueKind(value: unknown): string {
  if (typeof value === 'string') return 'a text'
  return value === null || typeof value === 'object' ? shownValue(value) : `a ${typeof value}`
}

/** Addresses may carry credentials before their `@` or in their query; a PEM text is a key or long. */
function isHarmless(text: string): boolean {
  return text.length <= longest && !/[@?\n]|-----BEGIN/.test(text)
}
