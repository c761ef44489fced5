import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadSettings } from '../../src/config/load.ts'
import { providers } from '../../src/providers/index.ts'

const root = join(import.meta.dirname, '../..')

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }),
})

const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')))
const services = Object.entries(compose.services)

describe('docker-compose.yml', () => {
  it.each(services)('%s is built here or pinned to a version', (_, { image, build }) => {
    if (image === undefined) expect(existsSync(join(root, build ?? '-', 'Dockerfile'))).toBe(true)
    else expect(image).toMatch(/:\d+\.\d+\.\d+/)
  })

  it.each(services)('%s is reached from this machine only', (_, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it.each(services)('%s waits for services that are there and say when they are healthy', (_, { depends_on }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe('service_healthy')
      expect(Object.keys(compose.services)).toContain(name)
    }
  })

  it.each(services)('%s mounts what exists', (_, { volumes }) => {
    for (const volume of volumes) {
      const [from = ''] = volume.split(':')
      if (from.startsWith('.')) expect(existsSync(join(root, from)), from).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(from)
    }
  })

  it('gives Ringtail every variable that its configuration names, and nothing else', () => {
    const path = join(root, 'deploy/compose/ringtail.yaml')
    const named = [...readFileSync(path, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    expect(Object.keys(compose.services['ringtail']?.environment ?? {})).toEqual(named)
    const { settings } = loadSettings({ path, env: { CARRIERX_TOKEN: 'a' }, providers })
    expect(settings.kafka.brokers).toEqual(['broker:19092'])
    expect(settings.schemaRegistry.url).toMatch(/^http:\/\/registry:8080\//)
  })

  it('publishes the ports that Ringtail and the broker listen on', () => {
    expect(compose.services['ringtail']?.ports).toEqual(['127.0.0.1:8083:8083'])
    const { KAFKA_LISTENERS: listeners, KAFKA_ADVERTISED_LISTENERS: advertised } =
      compose.services['broker']?.environment ?? {}
    expect(listeners).toContain('HOST://:9092')
    expect(advertised).toContain('NETWORK://broker:19092')
  })
})
