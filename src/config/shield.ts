/** Characters that would end a plain YAML scalar, and where they are kept while YAML is parsed. */
const special = ['{', '}', '[', ']', ',', ':', '#']
const privateArea = 0xe000
const shielded = new RegExp(`[${special.map(hidden).join('')}]`, 'gu')

/**
 * Hides the special characters of every `${…}` from the YAML parser, so that `{ token: ${TOKEN} }` reads as it looks:
 * in YAML itself a brace ends a plain scalar there. The text keeps its length, hence its lines and columns.
 */
export function shield(text: string): string {
  return text.replaceAll(/\$\{[^}\n]*\}/g, (whole) => whole.replaceAll(/[{}[\],:#]/g, hidden))
}

/** Gives a scalar of a shielded text its own characters back. */
export function unshield(text: string): string {
  return text.replaceAll(shielded, (char) => String.fromCharCode(char.charCodeAt(0) - privateArea))
}

function hidden(char: string): string {
  return String.fromCharCode(privateArea + char.charCodeAt(0))
}
