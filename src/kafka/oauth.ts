import type { OauthbearerProviderResponse } from 'kafkajs'
import { RingtailError } from '../model/errors.ts'
import type { KafkaSettings } from '../model/settings.ts'

type OauthSettings = Extract<NonNullable<KafkaSettings['sasl']>, { mechanism: 'oauthbearer' }>

/** Fetches access tokens by the client credentials grant (RFC 6749, section 4.4). Throws `RT-KAFKA-OAUTH`. */
export function oauthBearer(settings: OauthSettings): () => Promise<OauthbearerProviderResponse> {
  return async () => {
    try {
      return { value: await accessToken(settings) }
    } catch (cause) {
      throw new RingtailError('the token endpoint for Kafka gave no access token', {
        code: 'RT-KAFKA-OAUTH',
        retryable: true,
        advice: 'Check kafka.sasl.tokenUrl, clientId, clientSecret and scope, and whether the endpoint answers.',
        cause,
      })
    }
  }
}

async function accessToken(settings: OauthSettings): Promise<string> {
  const credentials = Buffer.from(`${settings.clientId}:${settings.clientSecret.reveal()}`).toString('base64')
  const answer = await fetch(settings.tokenUrl, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(settings.scope === undefined ? {} : { scope: settings.scope }),
    }),
  })
  if (!answer.ok) throw new Error(`it answered ${answer.status}`)
  const body: unknown = await answer.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
    return body.access_token
  }
  throw new Error('its answer is not JSON with an access_token')
}
