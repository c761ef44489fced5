const [quote, backslash, comma] = [34, 92, 44]
const opening = new Set(['{', '['].map((character) => character.charCodeAt(0)))
const closing = new Set(['}', ']'].map((character) => character.charCodeAt(0)))

/**
 * The texts of the elements of the array `field` of `body`, character by character as they were sent, so that a dead
 * letter loses no digit and no order. `body` must be a valid JSON object that has this array; of a repeated key the
 * last counts, as in `JSON.parse`. The body is looked through at the first call; most answers need none.
 */
export function rawItems(body: string, field: string): (index: number) => string {
  let texts: readonly string[] | undefined
  return (index) => {
    texts ??= elements(fieldText(body, field))
    return texts[index] ?? ''
  }
}

function fieldText(body: string, field: string): string {
  let found = '[]'
  for (const member of elements(body)) {
    const keyEnd = endOfString(member, 0)
    if (JSON.parse(member.slice(0, keyEnd)) === field) found = member.slice(member.indexOf(':', keyEnd) + 1).trim()
  }
  return found
}

/** What stands between the commas of a JSON object or array, without the blanks around it. */
function elements(container: string): string[] {
  const texts: string[] = []
  const [first, last] = [container.search(/[[{]/) + 1, container.trimEnd().length - 1]
  let depth = 0
  let start = first
  for (let at = first; at < last; at++) {
    const code = container.charCodeAt(at)
    if (code === quote) at = endOfString(container, at) - 1
    else if (opening.has(code)) depth++
    else if (closing.has(code)) depth--
    else if (code === comma && depth === 0) {
      texts.push(container.slice(start, at).trim())
      start = at + 1
    }
  }
  const rest = container.slice(start, last).trim()
  if (rest !== '') texts.push(rest)
  return texts
}

/** The place after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at + 1
}
