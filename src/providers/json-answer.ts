import { RingtailError } from '../model/errors.ts'
import type { HttpAnswer } from '../model/http.ts'
import { isJsonObject, type JsonObject } from '../model/json.ts'

/** An answer's body: its text, and the JSON object that the text is. */
export interface JsonAnswer {
  readonly text: string
  readonly object: JsonObject
}

/**
 * The body of an answer that must be a JSON object. Throws `RT-ANSWER-SHAPE` for another content type (a login page
 * comes with 200 too), for a body that is empty or cut short, and for JSON that is no object; throws what `text()`
 * throws where the body does not arrive or is not UTF-8.
 */
export async function jsonAnswer(answer: HttpAnswer): Promise<JsonAnswer> {
  const contentType = mediaType(answer)
  if (contentType !== undefined && !isJsonType(contentType)) {
    await answer.discard()
    throw answerShape(answer, 'a JSON object', contentType)
  }
  const text = await answer.text()
  const value = parsed(text, answer)
  if (!isJsonObject(value)) throw answerShape(answer, 'a JSON object', shapeOf(value))
  return { text, object: value }
}

/**
 * The failure of an answer that is not what was asked for: `RT-ANSWER-SHAPE`, retryable, since providers answer so
 * while they are being repaired. `expected` and `got` describe shapes; values of the answer must not be in them.
 */
export function answerShape(answer: HttpAnswer, expected: string, got: string): RingtailError {
  return new RingtailError(`${answer.shownUrl} answered ${got} where ${expected} was expected`, {
    code: 'RT-ANSWER-SHAPE',
    retryable: true,
    advice: 'Nothing was taken from the answer. If it goes on, see `ringtail peek <source>` and tell the provider.',
    status: answer.status,
  })
}

/** What a JSON value is, in words and without its content. */
export function shapeOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Without the parser's error as the cause: its message quotes the body, with whatever credentials and numbers it holds. */
function parsed(text: string, answer: HttpAnswer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw answerShape(
      answer,
      'JSON',
      text.trim() === '' ? 'an empty body' : `${text.length} characters that are not JSON`,
    )
  }
}

/** Undefined where the answer names none: then the body speaks for itself. */
function mediaType(answer: HttpAnswer): string | undefined {
  return answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || undefined
}

/** Some servers send their JSON as plain text. */
function isJsonType(contentType: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(contentType) || contentType === 'text/plain'
}
