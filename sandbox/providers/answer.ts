/** What a provider answers, before the network has its say. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: readonly Buffer[]
  /** Called once the answer was handed over whole, with the time of that; the place to note what was served. */
  readonly served?: (nowMs: number) => void
}

/** An answer with a JSON body. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, contentType: 'application/json', body: [Buffer.from(JSON.stringify(value))] }
}

/** The error answer that most of the providers' APIs share. */
export function errorAnswer(status: number, message: string): Answer {
  return jsonAnswer(status, { errors: [{ message }] })
}

/** What is said to whom asks too often. */
export const tooManyRequests = errorAnswer(429, 'Too Many Requests')

/** What a proxy shows instead of an answer, with status 200. */
export const loginPage: Answer = {
  status: 200,
  contentType: 'text/html; charset=utf-8',
  body: [
    Buffer.from('<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please wait</h1></body></html>'),
  ],
}

/** The length of the body. */
export function byteLength(answer: Answer): number {
  return answer.body.reduce((sum, chunk) => sum + chunk.length, 0)
}
