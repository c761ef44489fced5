import type { OauthbearerProviderResponse } from 'kafkajs'
import { RingtailError } from '../model/errors.ts'
import type { KafkaSettings } from '../model/settings.ts'

type OauthSettings = Extract<NonNullable<KafkaSettings['sasl']>, { mechanism: 'oauthbearer' }>

/** Fetches access tokens by the client credentials grant (RFC 6749, section 4.4). Throws `RT-KAFKA-OAUTH`. */
export function oauthBearer(settings: OauthSettings): () => Promise<OauthbearerProviderResponse> {
  return async () => {
    const answer = await fetch(settings.tokenUrl, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
      headers: {
        authorization: `Basic ${Buffer.from(`${settings.clientId}:${settings.clientSecret.reveal()}`).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(settings.scope === undefined ? {} : { scope: settings.scope }),
      }),
    })
    const body: unknown = answer.ok ? await answer.json() : undefined
    if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
      return { value: body.access_token }
    }
    throw new RingtailError(`the token endpoint for Kafka answered ${answer.status} without an access token`, {
      code: 'RT-KAFKA-OAUTH',
      retryable: true,
      advice: 'Check kafka.sasl.tokenUrl, clientId, clientSecret and scope.',
    })
  }
}
