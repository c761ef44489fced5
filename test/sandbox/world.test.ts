import { afterEach, expect, test, vi } from 'vitest'
import { startWorld } from '../../sandbox/world.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the environment goes before everything else', async () => {
  vi.stubEnv('KAFKA_BROKERS', 'one:9092, two:9092')
  vi.stubEnv('SCHEMA_REGISTRY_URL', 'http://registry:8081/')
  expect(await startWorld()).toMatchObject({
    kind: 'environment',
    brokers: ['one:9092', 'two:9092'],
    registryUrl: 'http://registry:8081',
  })
})

test('brokers alone are enough where no registry is wanted', async () => {
  vi.stubEnv('KAFKA_BROKERS', 'one:9092')
  vi.stubEnv('SCHEMA_REGISTRY_URL', '')
  expect(await startWorld({ registry: false })).toMatchObject({ brokers: ['one:9092'], registryUrl: '' })
})

test.each([
  ['one:9092', ''],
  ['', 'http://registry:8081'],
])('half a world in the environment is refused: %j and %j', async (brokers, registryUrl) => {
  vi.stubEnv('KAFKA_BROKERS', brokers)
  vi.stubEnv('SCHEMA_REGISTRY_URL', registryUrl)
  await expect(startWorld()).rejects.toThrow('go together')
})
