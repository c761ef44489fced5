import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'

const timeoutMs = 5_000

/**
 * Decodes as any consumer would: with the registry's common client, by the schema whose id a value carries, and with
 * no code of Ringtail's.
 */
export function registryDecoder(registryUrl: string): (value: Buffer) => Promise<unknown> {
  const registry = new SchemaRegistry({
    host: registryUrl,
    // Without one the client waits for ever.
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) })],
  })
  return (value) => registry.decode(value)
}
