// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts show the syntax of the configuration
import { describe, expect, it } from 'vitest'
import { configWith, faultsOf, head } from './load-text.ts'

/** The faults of a source with these further lines; they start at line 9. */
const ofSource = (more: string, env: Record<string, string> = {}) => faultsOf(configWith(more), { env })
const ofKafka = (line: string) => faultsOf(configWith('').replace('kafka:\n', `kafka:\n  ${line}\n`))

describe('faults', () => {
  it('are reported all at once, in the order of the file, each at its place', () => {
    const text = `app: { id: "a b", checkpointPartitions: 0 }
kafka:
  brokers: [localhost, "[::1]:9092", host:70000, ok:1]
  compresion: zstd
  compression: lz4
  createTopics: { partitions: many }
  sasl: { mechanism: scram-sha-215, username: u }
  tls: { cert: none.pem }
  topics: { cdr: x, recordingReady: x, deadLetter: "a/b" }
schemaRegistry: { url: "ftp://x", username: u }
event: {}
admin: { port: 70000, token: \${ADMIN_TOKEN} }
log: { level: loud }
defaults: { poll: 5, recheck: [{ every: 0s, back: 8d, bak: 1 }] }
sources:
  - name: Main
    provider: fake
    poll: soon
    pageSize: 5000
    page: 1
    rateLimits: {}
  - name: same
    provider: fak
    account: a|b
    since: yesterday
    defaultRegion: us
  - { name: same, provider: other, cluster: 5, rememberFor: 1h, recheck: [{ every: 1m, back: 2h }] }
  - 17
`
    expect(faultsOf(text)).toMatchInlineSnapshot(`
      [
        "ringtail.yaml:1:12 app.id: expected a name of letters, digits, ".", "_" and "-", got "a b"",
        "ringtail.yaml:1:41 app.checkpointPartitions: expected a number of at least 1, got 0",
        "ringtail.yaml:3:13 kafka.brokers.0: expected host:port, got "localhost"",
        "ringtail.yaml:3:24 kafka.brokers.1: expected host:port with a name for IPv6 addresses, got "[::1]:9092"",
        "ringtail.yaml:3:38 kafka.brokers.2: expected host:port, got "host:70000"",
        "ringtail.yaml:4:3 kafka.compresion: unknown key; did you mean "compression"?",
        "ringtail.yaml:5:16 kafka.compression: expected none, gzip or zstd, got "lz4"",
        "ringtail.yaml:6:31 kafka.createTopics.partitions: expected a number, got "many"",
        "ringtail.yaml:7:22 kafka.sasl.mechanism: expected plain, scram-sha-256, scram-sha-512 or oauthbearer, got "scram-sha-215"; did you mean "scram-sha-256"?",
        "ringtail.yaml:8:8 kafka.tls: \`cert\` and \`key\` are needed together",
        "ringtail.yaml:8:16 kafka.tls.cert: expected a PEM text or the path of one: no such file, got "none.pem"",
        "ringtail.yaml:9:37 kafka.topics.recordingReady: kafka.topics.cdr has this name as well; every topic needs a name of its own",
        "ringtail.yaml:9:52 kafka.topics.deadLetter: expected a name of letters, digits, ".", "_" and "-", got "a/b"",
        "ringtail.yaml:10:17 schemaRegistry: \`username\` and \`password\` are needed together",
        "ringtail.yaml:10:24 schemaRegistry.url: expected an address such as https://example.com, without credentials in it, got "ftp://x"",
        "ringtail.yaml:11:1 event: unknown key; did you mean "events"?",
        "ringtail.yaml:12:16 admin.port: expected a number of at most 65535, got 70000",
        "ringtail.yaml:12:30 admin.token: the environment variable ADMIN_TOKEN is not set; set it, or give a default: \${ADMIN_TOKEN:-…}",
        "ringtail.yaml:13:15 log.level: expected fatal, error, warn, info, debug, trace or silent, got "loud"",
        "ringtail.yaml:14:19 defaults.poll: expected a duration with a unit (ms, s, m, h or d) such as 30s, got 5",
        "ringtail.yaml:14:41 defaults.recheck.0.every: expected a duration longer than 0s, got "0s"",
        "ringtail.yaml:14:55 defaults.recheck.0.bak: unknown key; did you mean "back"?",
        "ringtail.yaml:16:5 sources.0.apiKey: is missing: expected a text",
        "ringtail.yaml:16:11 sources.0.name: expected a name of small letters, digits and "-", got "Main"",
        "ringtail.yaml:18:11 sources.0.poll: expected a duration such as 30s, got "soon"",
        "ringtail.yaml:19:15 sources.0.pageSize: expected a number of at most 1000, got 5000",
        "ringtail.yaml:20:5 sources.0.page: unknown key",
        "ringtail.yaml:21:5 sources.0.rateLimits: unknown key; did you mean "rateLimit"?",
        "ringtail.yaml:23:15 sources.1.provider: expected fake, other or either, got "fak"; did you mean "fake"?",
        "ringtail.yaml:24:14 sources.1.account: expected a name without "|", got "a|b"",
        "ringtail.yaml:25:12 sources.1.since: expected a date and time such as 2026-11-01T00:00:00Z, got "yesterday"",
        "ringtail.yaml:26:20 sources.1.defaultRegion: expected a region in two capital letters such as US, got "us"",
        "ringtail.yaml:27:13 sources.2.name: sources.1 has this name as well; every source needs a name of its own",
        "ringtail.yaml:27:45 sources.2.cluster: expected a text, got 5; put it in quotes",
        "ringtail.yaml:27:74 sources.2.recheck: a recheck reaches back 2h, but rows are remembered for 1h only; make \`rememberFor\` longer or \`back\` shorter",
        "ringtail.yaml:28:5 sources.3: expected a mapping of keys, got 17",
      ]
    `)
  })

  it('name the key, the place and what would be right', () => {
    expect(ofSource('poll: soon')).toEqual([
      'ringtail.yaml:9:11 sources.0.poll: expected a duration such as 30s, got "soon"',
    ])
  })

  it.each([
    ['poll: 30', 'expected a duration with a unit (ms, s, m, h or d) such as 30s, got 30'],
    ['poll: "-5s"', 'expected a duration that is not negative, such as 30s, got "-5s"'],
    ['poll: 0s', 'expected a duration longer than 0s, got "0s"'],
    ['poll:', 'expected a duration such as 30s, got nothing'],
    ['keep: text', 'expected a list, got "text"'],
    ['account: 12', 'expected a text, got 12; put it in quotes'],
    ['rateLimit: 5', 'expected a mapping with requests and per, or a list of them, got 5'],
    ['rateLimit: { per: 1s }', 'sources.0.rateLimit.requests: is missing: expected a number'],
    ['rateLimit: []', 'expected a list of at least 1 entry, got a list'],
    ['pageSize: 1.5', 'sources.0.pageSize: expected a whole number, got 1.5'],
    ['pageSize: 2000', 'sources.0.pageSize: expected a number of at most 1000, got 2000'],
    ['wideOpen: yes', 'sources.0.wideOpen: expected true or false, got "yes"'],
    ['since: 2026-13-01T00:00:00Z', 'expected a date and time such as 2026-11-01T00:00:00Z'],
    ['defaultRegion: us', 'expected a region in two capital letters such as US, got "us"'],
    ['media: { recordings: maybe }', 'sources.0.media.recordings: expected true or false, got "maybe"'],
  ])('of a source with %s', (line, expected) => {
    expect(ofSource(line)).toEqual([expect.stringContaining(expected)])
  })

  it.each([
    ['pol: 5s', 'sources.0.pol: unknown key; did you mean "poll"?'],
    ['rate_limit: {}', 'sources.0.rate_limit: unknown key; did you mean "rateLimit"?'],
    ['pagesize: 5', 'sources.0.pagesize: unknown key; did you mean "pageSize"?'],
    ['colour: red', 'sources.0.colour: unknown key'],
    ['media: { deadlin: 1h }', 'sources.0.media.deadlin: unknown key; did you mean "deadline"?'],
    ['recheck: [{ every: 1m, back: 1m, bakc: 1 }]', 'sources.0.recheck.0.bakc: unknown key; did you mean "back"?'],
  ])('suggest what %s was meant to be, once', (line, expected) => {
    const faults = ofSource(line)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`${expected.replaceAll(/[.?]/g, '\\$&')}$`))
  })

  it.each([
    ['sasl: { mechanism: oauthbearer, tokenUrl: "http://x/t", clientId: a, clientSecret: b }', 'kafka.sasl.tokenUrl'],
    ['sasl: { username: a }', 'kafka.sasl.mechanism: is missing: expected plain, scram-sha-256'],
    ['sasl: { mechanism: scram-sha-215 }', 'did you mean "scram-sha-256"?'],
    ['tls: maybe', 'kafka.tls: expected true, false or a mapping with ca, cert and key, got "maybe"'],
    ['tls: { ca: none.pem }', 'kafka.tls.ca: expected a PEM text or the path of one: no such file, got "none.pem"'],
    ['tls: { ca: ringtail.yaml }', 'the file holds no -----BEGIN'],
    ['tls: { cert: "-----BEGIN" }', 'kafka.tls: `cert` and `key` are needed together'],
    ['topics: { cdr: ringtail.checkpoints }', 'kafka.topics.cdr has this name as well'],
    ['createTopics: { partition: 3 }', 'kafka.createTopics.partition: unknown key; did you mean "partitions"?'],
  ])('of kafka with %s', (line, expected) => {
    expect(ofKafka(line).join('\n')).toContain(expected)
  })

  it('of an address with credentials in it do not show them', () => {
    const faults = faultsOf(configWith('').replace('http://127.0.0.1:8081', 'http://u:hunter2@registry'))
    expect(faults).toEqual([expect.stringContaining('without credentials in it, got a text')])
  })

  it('of what is missing stand where it would', () => {
    expect(faultsOf(`${head}  - name: a\n    provider: fake\n`)).toEqual([
      'ringtail.yaml:6:5 sources.0.apiKey: is missing: expected a text',
    ])
    expect(faultsOf('')).toEqual([expect.stringContaining('expected a mapping of keys, got nothing')])
    expect(faultsOf('app: {}')).toHaveLength(3)
  })

  it('of alternatives are those of the one that was meant', () => {
    const source = (keys: string) => faultsOf(`${head}  - { name: a, provider: either, ${keys} }\n`)
    expect(source('accessToken: a')).toEqual([])
    expect(source('auth: { tokenUrl: a }')).toEqual([
      'ringtail.yaml:6:40 sources.0.auth.jwt: is missing: expected a text',
    ])
    expect(source('acessToken: a')).toEqual([
      expect.stringContaining('sources.0: expected another value, got a mapping'),
    ])
  })
})

describe('rules between keys', () => {
  it('refuse two sources of one name', () => {
    const again = '  - { name: main, provider: fake, apiKey: x }\n'
    expect(faultsOf(configWith('') + again)).toEqual([
      'ringtail.yaml:10:13 sources.1.name: sources.0 has this name as well; every source needs a name of its own',
    ])
  })

  it.each([
    [
      '',
      'recheck: [{ every: 1h, back: 8d }]',
      'sources.0.recheck: a recheck reaches back 8d, but rows are remembered for 7d',
    ],
    ['', 'rememberFor: 1m', 'sources.0.rememberFor: a recheck reaches back 5m, but rows are remembered for 1m'],
    ['defaults: { rememberFor: 1m }\n', '', 'defaults.rememberFor: a recheck reaches back 5m'],
    [
      'defaults: { rememberFor: 1h }\n',
      'recheck: [{ every: 1m, back: 2h }]',
      'sources.0.recheck: a recheck reaches back 2h',
    ],
  ])('refuse a memory that is shorter than a recheck: %s%s', (defaults, lines, expected) => {
    expect(faultsOf(defaults + configWith(lines))).toEqual([expect.stringContaining(expected)])
  })

  it('take a recheck that reaches back as far as the memory', () => {
    expect(ofSource('rememberFor: 2h\nrecheck: [{ every: 1m, back: 2h }]')).toEqual([])
  })
})

describe('faults of substituted values', () => {
  it('name the variable that is not set, once, wherever it stands', () => {
    const faults = ofSource('poll: ${POLL}\naccount: ${A}/${B}\nkeep: ["${K}"]', { A: 'a' })
    expect(faults).toEqual([
      'ringtail.yaml:9:11 sources.0.poll: the environment variable POLL is not set; set it, or give a default: ${POLL:-…}',
      'ringtail.yaml:10:14 sources.0.account: the environment variable B is not set; set it, or give a default: ${B:-…}',
      'ringtail.yaml:11:12 sources.0.keep.0: the environment variable K is not set; set it, or give a default: ${K:-…}',
    ])
  })

  it('name the variable that holds a wrong value, and never show the value', () => {
    expect(ofSource('poll: ${POLL}\npageSize: ${SIZE}', { POLL: 'hunter2', SIZE: 'hunter2' })).toEqual([
      'ringtail.yaml:9:11 sources.0.poll: expected a duration such as 30s; the value comes from ${POLL}',
      'ringtail.yaml:10:15 sources.0.pageSize: expected a number; the value comes from ${SIZE}',
    ])
  })

  it('show no value of a key that holds a secret', () => {
    const faults = faultsOf(`admin: { token: [hunter2] }\n${configWith('').replace('k-1', '12345')}`)
    expect(faults).toEqual([
      'ringtail.yaml:1:17 admin.token: expected a text, got a list',
      expect.stringContaining('sources.0.apiKey: expected a text, got a number; put it in quotes'),
    ])
  })
})
