import { type ErrorFacts, RingtailError } from '../model/errors.ts'

const longestMessage = 300

/** What the client makes up where there was no answer at all; no registry says it to what it is asked here. */
const noAnswerStatus = 400

/** Whether the registry said that it has no such subject, schema or rule. */
export function isMissing(error: unknown): boolean {
  // A lookup of a schema replaces the error that has a status by one that has none.
  return statusOf(error) === 404 || (error instanceof Error && error.name === 'ConfluentSchemaRegistryError')
}

/** Whether the registry said that what it was asked to do does not go with what it has. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409
}

/** What a call of the registry's client failed with, as an error that says what to do. It shows no credentials. */
export function registryFailure(shownUrl: string, work: string, cause: unknown): RingtailError {
  if (cause instanceof RingtailError) return cause
  const status = statusOf(cause)
  const said = cause instanceof Error ? reasonIn(cause.message) : 'no reason given'
  return new RingtailError(`the schema registry at ${shownUrl} could not ${work}: ${said}`, {
    ...factsOf(status),
    status: status === noAnswerStatus ? undefined : status,
    cause,
  })
}

/** No answer was had in time. */
export function registryTimeout(shownUrl: string, work: string, timeoutMs: number): RingtailError {
  return new RingtailError(`the schema registry at ${shownUrl} did not ${work} within ${timeoutMs} ms`, down)
}

const down: ErrorFacts = {
  code: 'RT-REGISTRY-DOWN',
  retryable: true,
  advice: 'Check that the schema registry runs, and that schemaRegistry.url is its address; Ringtail asks again.',
}

function factsOf(status: number | undefined): ErrorFacts {
  switch (status) {
    case 401:
      return {
        code: 'RT-REGISTRY-AUTH-401',
        retryable: false,
        advice: 'Check schemaRegistry.username and schemaRegistry.password: the registry does not know them.',
      }
    case 403:
      return {
        code: 'RT-REGISTRY-AUTH-403',
        retryable: false,
        advice:
          'Let this user read and register schemas and set the compatibility of subjects; or run `ringtail schemas register` as one who may, and set schemaRegistry.register to false.',
      }
    case 409:
    case 422:
      return {
        code: 'RT-SCHEMA-INCOMPATIBLE',
        retryable: false,
        advice:
          'The subject holds schemas that this version of Ringtail does not fit. Run `ringtail schemas check` to see which, and give the topic another name or clear the subject.',
      }
    case undefined:
      return {
        code: 'RT-REGISTRY-ANSWER',
        retryable: true,
        advice:
          'Check that schemaRegistry.url is the base of a Confluent-compatible API, such as http://host:8081, or http://host:8080/apis/ccompat/v7 of Apicurio Registry.',
      }
    default:
      if (status === noAnswerStatus || status >= 500 || status === 408 || status === 429) return down
      return {
        code: 'RT-REGISTRY-REFUSED',
        retryable: false,
        advice:
          'Check that schemaRegistry.url is the base of a Confluent-compatible API; the registry refuses what it was asked.',
      }
  }
}

/** The client's message without what the client adds to it. */
function reasonIn(message: string): string {
  return message.replace(/^ringtail - (Error, status 400: )?/, '').slice(0, longestMessage)
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined
  return typeof error.status === 'number' ? error.status : undefined
}
