import { RingtailError } from '../model/errors.ts'
import type { HttpAnswer } from '../model/http.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a message says of a refused request beside its status. */
export interface RefusedRequest {
  readonly source: string
  readonly method: string
  /** The beginning of the body, fit to be shown. */
  readonly excerpt: string
}

/** The error that a status means, with code, advice and how long the provider asks us to wait. All are retryable. */
export function statusFailure(
  answer: Pick<HttpAnswer, 'status' | 'headers' | 'dateMs' | 'shownUrl'>,
  { source, method, excerpt }: RefusedRequest,
): RingtailError {
  const said = excerpt === '' ? '' : `: ${excerpt}`
  return new RingtailError(`${source}: ${answer.status} for ${method} ${answer.shownUrl}${said}`, {
    ...meaning(answer.status, source),
    retryable: true,
    status: answer.status,
    retryAfterMs: retryAfterMs(answer),
  })
}

function meaning(status: number, source: string): { readonly code: string; readonly advice: string } {
  switch (status) {
    case 401:
      return {
        code: 'RT-AUTH-401',
        advice: `The provider refuses the credentials of source "${source}": renew them there or in the configuration. Ringtail goes on asking and recovers by itself.`,
      }
    case 403:
      return {
        code: 'RT-AUTH-403',
        advice: `The credentials of source "${source}" are known but may not read this: give them the right at the provider. Ringtail goes on asking and recovers by itself.`,
      }
    case 404:
      return {
        code: 'RT-HTTP-404',
        advice: `Check the address and the account id that are configured for source "${source}".`,
      }
    case 410:
      return {
        code: 'RT-HTTP-410',
        advice: `The provider has taken this away for good: look for a notice about its API, and for a newer Ringtail.`,
      }
    case 429:
      return {
        code: 'RT-HTTP-429',
        advice: `Lower rateLimit of source "${source}", or ask the provider for more; check who else uses the same credentials.`,
      }
  }
  if (status >= 500) {
    return {
      code: 'RT-HTTP-5XX',
      advice: 'The provider is in trouble: look at its status page. Ringtail goes on asking.',
    }
  }
  if (status >= 400) {
    return {
      code: 'RT-HTTP-4XX',
      advice: `The provider refuses the request: check what is configured for source "${source}" against its message.`,
    }
  }
  if (status >= 300) {
    return {
      code: 'RT-HTTP-REDIRECT',
      advice: `Redirects are not followed, for the credentials' sake: check the address that is configured for source "${source}".`,
    }
  }
  return {
    code: 'RT-HTTP-2XX',
    advice: 'The provider answered without the data that was asked for: report it if it stays.',
  }
}
