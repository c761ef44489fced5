// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts show the syntax of the configuration
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { Secret } from '../../src/model/secret.ts'
import { configWith, head, loadText } from './load-text.ts'

describe('loadSettings', () => {
  it('fills in every default', () => {
    const { settings, warnings } = loadText(configWith(''))
    expect(warnings).toEqual([])
    expect(settings).toMatchObject({
      app: { id: 'ringtail', checkpointPartitions: 32 },
      kafka: {
        brokers: ['127.0.0.1:9092'],
        tls: undefined,
        sasl: undefined,
        sessionTimeoutMs: 6_000,
        topics: {
          cdr: 'telecom.cdr.v1',
          recordingReady: 'telecom.recording-ready.v1',
          transcriptReady: 'telecom.transcript-ready.v1',
          mediaUnavailable: 'telecom.media-unavailable.v1',
          deadLetter: 'ringtail.dead-letter',
          checkpoints: 'ringtail.checkpoints',
        },
        createTopics: { partitions: undefined, replicationFactor: undefined },
        compression: 'zstd',
      },
      schemaRegistry: { url: 'http://127.0.0.1:8081', username: undefined, password: undefined, register: true },
      events: { headers: 'none' },
      admin: { host: '127.0.0.1', port: 8083, token: undefined },
      log: { level: 'info' },
    })
    expect(settings.sources).toMatchObject([
      {
        name: 'main',
        account: 'main',
        defaultRegion: undefined,
        keep: [],
        sinceMs: undefined,
        own: { baseUrl: 'https://api.example.com', pageSize: 100 },
        timing: {
          pollMs: 20_000,
          settleMs: 1_000,
          overlapMs: 300_000,
          recheck: [{ everyMs: 60_000, backMs: 300_000 }],
          rememberForMs: 604_800_000,
        },
        limits: [{ requests: 2, perMs: 1_000, concurrency: 2 }],
        media: {
          recordings: true,
          transcripts: true,
          firstProbeMs: 30_000,
          maxProbeMs: 3_600_000,
          deadlineMs: 86_400_000,
        },
      },
    ])
    expect(settings.sources[0]?.provider.name).toBe('fake')
  })

  it('reads the keys of a source', () => {
    const { settings } = loadText(
      configWith(`account: north
since: 2026-11-01T02:00:00+02:00
recheck: [{ every: 15m, back: 2h }]
rateLimit: [{ requests: 10, per: 1s, concurrency: 2 }, { requests: 1000, per: 1h }]
keep: [text]
defaultRegion: NO
pageSize: 5`),
    )
    expect(settings.sources[0]).toMatchObject({
      account: 'north',
      sinceMs: Date.UTC(2026, 10, 1),
      timing: { recheck: [{ everyMs: 900_000, backMs: 7_200_000 }] },
      limits: [
        { requests: 10, perMs: 1_000, concurrency: 2 },
        { requests: 1000, perMs: 3_600_000, concurrency: 1000 },
      ],
      keep: ['text'],
      defaultRegion: 'NO',
      own: { pageSize: 5 },
    })
  })

  it('prefers the source to the defaults, and those to the provider', () => {
    const defaults = `defaults:
  poll: 30s
  overlap: 1m
  rateLimit: { requests: 7, per: 1m }
  media: { recordings: false, deadline: 2h }
`
    const { settings } = loadText(defaults + configWith('poll: 5s\nmedia: { deadline: 3h }'))
    expect(settings.sources[0]).toMatchObject({
      timing: { pollMs: 5_000, overlapMs: 60_000, settleMs: 1_000 },
      limits: [{ requests: 7, perMs: 60_000, concurrency: 7 }],
      media: { recordings: false, transcripts: true, deadlineMs: 10_800_000, maxProbeMs: 3_600_000 },
    })
  })

  it('names the internal topics after the installation', () => {
    const { settings } = loadText(`app: { id: calls }\n${configWith('')}`)
    expect(settings.kafka.topics).toMatchObject({ deadLetter: 'calls.dead-letter', checkpoints: 'calls.checkpoints' })
  })

  it('takes texts from the environment for numbers, booleans and durations', () => {
    const text = `admin: { port: ${'${PORT}'} }
defaults: { media: { recordings: ${'${RECORDINGS}'} } }
${configWith('poll: ${POLL}\npageSize: ${SIZE}\nwideOpen: ${OPEN}\nrateLimit: { requests: ${N}, per: 1s }')}`
    const env = { PORT: '9000', RECORDINGS: 'false', POLL: '3s', SIZE: '7', OPEN: 'true', N: '4' }
    const { settings } = loadText(text, { env })
    expect(settings.admin.port).toBe(9000)
    expect(settings.sources[0]).toMatchObject({
      timing: { pollMs: 3_000 },
      own: { pageSize: 7, wideOpen: true },
      limits: [{ requests: 4 }],
      media: { recordings: false },
    })
  })

  it('leaves a text from the environment a text where one is wanted', () => {
    const text = configWith('account: ${ACCOUNT}').replace('k-1', '${KEY}')
    const [source] = loadText(text, { env: { ACCOUNT: '0123', KEY: '42' } }).settings.sources
    expect(source?.account).toBe('0123')
    expect(source?.own).toMatchObject({ apiKey: new Secret('42') })
  })

  it.each([
    ['createTopics: false', { createTopics: false }],
    ['createTopics: ${CREATE}', { createTopics: false }],
    ['createTopics: { partitions: 12 }', { createTopics: { partitions: 12, replicationFactor: undefined } }],
    ['tls: true', { tls: {} }],
    ['tls: false', { tls: undefined }],
    ['tls: { ca: ca.pem }', { tls: { ca: '-----BEGIN A' } }],
    ['tls: { ca: "${file:ca.pem}" }', { tls: { ca: '-----BEGIN A' } }],
    ['tls: { ca: "${CA:-}" }', { tls: {} }],
  ])('reads kafka with %s', (line, expected) => {
    const text = configWith('').replace('kafka:', `kafka:\n  ${line}`)
    const { settings } = loadText(text, { env: { CREATE: 'false' }, files: { 'ca.pem': '-----BEGIN A' } })
    expect(settings.kafka).toMatchObject(expected)
  })

  it('reads the key of a client certificate as a secret', () => {
    const line = '  tls: { cert: c.pem, key: k.pem }\n'
    const files = { 'c.pem': '-----BEGIN C', 'k.pem': '-----BEGIN K' }
    const { tls } = loadText(configWith('').replace('kafka:\n', `kafka:\n${line}`), { files }).settings.kafka
    expect(tls?.cert).toBe('-----BEGIN C')
    expect(tls?.key?.reveal()).toBe('-----BEGIN K')
  })

  it('reads both kinds of login', () => {
    const sasl = (login: string) =>
      loadText(configWith('').replace('kafka:\n', `kafka:\n  tls: true\n  sasl: ${login}\n`)).settings.kafka.sasl
    expect(sasl('{ mechanism: plain, username: u, password: p }')).toMatchObject({ mechanism: 'plain', username: 'u' })
    expect(
      sasl('{ mechanism: oauthbearer, tokenUrl: "http://127.0.0.1:1/t", clientId: c, clientSecret: s }'),
    ).toMatchObject({ mechanism: 'oauthbearer', clientId: 'c', scope: undefined })
  })

  it('warns of what is seldom meant', () => {
    const plain = configWith('').replace('kafka:\n', 'kafka:\n  sasl: { mechanism: plain, username: u, password: p }\n')
    expect(loadText(plain).warnings).toEqual([expect.stringContaining('unencrypted')])
    const twice = configWith('').replace(
      'sources:\n',
      'sources:\n  - { name: a, account: main, provider: fake, apiKey: x }\n',
    )
    expect(loadText(twice).warnings).toEqual([expect.stringContaining('sources a and main')])
    expect(loadText(`${head.replace('sources:', 'sources: []')}`).warnings).toEqual([
      expect.stringContaining('nothing to read'),
    ])
    const remote = configWith('').replace(
      'url: http://127.0.0.1:8081',
      'url: http://registry:8081\n  username: u\n  password: p',
    )
    expect(loadText(remote).warnings).toEqual([expect.stringContaining('schemaRegistry')])
  })

  it('shows no secret when settings are printed', () => {
    const { settings } = loadText(`admin: { token: hunter2 }\n${configWith('')}`)
    expect(settings.admin.token?.reveal()).toBe('hunter2')
    expect(JSON.stringify(settings)).not.toMatch(/hunter2|k-1/)
  })

  it('says what to do about a file that is not there', () => {
    expect(() => loadSettings({ path: '/nowhere/ringtail.yaml', env: {}, providers: [] })).toThrow(
      "/nowhere/ringtail.yaml: can't read the configuration: no such file; name another file with --config",
    )
  })
})
