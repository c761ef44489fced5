import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { freePorts } from '../../sandbox/jvm/free-ports.ts'
import { type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import { createTopic } from '../kafka/world.ts'
import { carrierxSource, install, jsonLines, type Outcome, type Sections } from './ringtail-cli.ts'

const addresses = { brokers: inject('kafkaBrokers'), registryUrl: inject('registryUrl') }
const token = 'canary-7b1e4f9c2d'

async function carrierx(): Promise<CarrierxSimulator> {
  const toMs = Date.now()
  const history = { count: 20, fromMs: toMs - 1_800_000, toMs, lateRatio: 0, correctionRatio: 0, visibleByMs: toMs }
  const simulator = await startCarrierx({ token, history })
  onTestFinished(() => simulator.close())
  return simulator
}

async function away(): Promise<string> {
  return `127.0.0.1:${(await freePorts(1))[0]}`
}

/** The checks that failed: their lines, each with its advice. */
function failures({ out }: Outcome): string[] {
  const lines = out.trimEnd().split('\n')
  return lines.flatMap((line, at) => (line.startsWith('FAIL') ? [`${line}\n${lines[at + 1]}`] : []))
}

function installed(sections: Sections = {}) {
  return install(addresses, sections)
}

describe('check', () => {
  test('has a line for each thing that is asked, and exits 0', async () => {
    const { url } = await carrierx()
    const { appId, topics, ringtail } = await installed({ sources: [carrierxSource('main', url, token)] })
    const outcome = await ringtail('check')
    expect(outcome).toMatchObject({ code: 0, err: 'all is well: `ringtail run` can start\n' })
    const subjects = [topics.cdr, topics.recordingReady, topics.transcriptReady, topics.mediaUnavailable]
    expect(outcome.out.trimEnd().split('\n')).toEqual([
      'ok    configuration: sources: 1',
      expect.stringMatching(/^ok {4}kafka: cluster \S+, brokers: 1$/),
      ...Object.values(topics).map((topic) =>
        expect.stringContaining(`ok    topic ${topic}: will be created with ${topic === topics.checkpoints ? 4 : 6} `),
      ),
      'ok    schema registry: answers',
      ...subjects.map((topic) => expect.stringMatching(`^ok    schema ${topic}-value: .* will be registered$`)),
      'ok    source main: carrierx answers, with records of the last hour',
    ])
    expect(Object.values(topics).every((topic) => topic.startsWith(appId))).toBe(true)
    // It changed nothing: all is still to be created.
    expect((await ringtail('check')).out).toBe(outcome.out)
  })

  test('prints JSON for programs, a check a line', async () => {
    const { url } = await carrierx()
    const sources = [carrierxSource('main', url, token), carrierxSource('refused', url, 'another-token')]
    const { topics, ringtail } = await installed({ sources })
    const { code, out, err } = await ringtail('check', '--json')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const results = jsonLines(out)
    expect(results).toContainEqual({
      check: `topic ${topics.cdr}`,
      ok: true,
      detail: 'will be created with 6 partitions, replicas: 1',
    })
    expect(results.filter((result) => (result as { ok: boolean }).ok === false)).toEqual([
      {
        check: 'source refused',
        ok: false,
        detail: expect.stringContaining('401'),
        code: 'RT-AUTH-401',
        advice: expect.stringContaining('refused'),
      },
    ])
  })

  test('fails where a provider refuses the token, and still asks the others', async () => {
    const { url } = await carrierx()
    const sources = [carrierxSource('wrong', url, 'another-token'), carrierxSource('right', url, token)]
    const outcome = await (await installed({ sources })).ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      expect.stringMatching(/source wrong: .*401.* \[RT-AUTH-401\]\n +The provider refuses the credentials of source/),
    ])
    expect(outcome.out).toContain('ok    source right')
    expect(outcome.err).toBe('checks that failed: 1\n')
  })

  test('fails where a provider answers with a page of HTML', async () => {
    const simulator = await carrierx()
    simulator.faults.next('html')
    const sources = [carrierxSource('main', simulator.url, token)]
    const outcome = await (await installed({ sources })).ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      expect.stringMatching(
        /source main: .*text\/html where a JSON object was expected \[RT-ANSWER-SHAPE\]\n +Nothing was/,
      ),
    ])
  })

  test('fails for topics that are missing and may not be created', async () => {
    const outcome = await (await installed({ kafka: { createTopics: false } })).ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toHaveLength(6)
    expect(failures(outcome)[0]).toMatch(
      /topic \S+: it does not exist, and kafka.createTopics is false \[RT-TOPIC-MISSING\]\n +Create it with `ringtail topics apply`/,
    )
  })

  test('fails for topics that can not be created with so many replicas', async () => {
    const { ringtail } = await installed({ kafka: { createTopics: { replicationFactor: 30 } } })
    const outcome = await ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toHaveLength(6)
    expect(failures(outcome)[0]).toMatch(
      /it needs 30 replicas.* \[RT-TOPIC-REFUSED\]\n +Set kafka.createTopics.replicationFactor/,
    )
  })

  test('fails for a checkpoint topic with another number of partitions', async () => {
    const { topics, ringtail } = await installed()
    await createTopic(addresses.brokers, 3, { 'cleanup.policy': 'compact' }, topics.checkpoints)
    const outcome = await ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      `FAIL  topic ${topics.checkpoints}: it has 3 partitions, the configuration says 4 [RT-TOPIC-REFUSED]\n      Set app.checkpointPartitions: 3; the number of a checkpoint topic can never change in place.`,
    ])
  })

  test('fails for topics that would lose records', async () => {
    const { topics, ringtail } = await installed()
    await createTopic(addresses.brokers, 4, { 'cleanup.policy': 'delete' }, topics.checkpoints)
    await createTopic(addresses.brokers, 6, { 'cleanup.policy': 'compact' }, topics.cdr)
    const outcome = await ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      expect.stringMatching(
        /\.cdr: its cleanup.policy is compact.* \[RT-TOPIC-REFUSED\]\n +Set cleanup.policy=delete on/,
      ),
      expect.stringMatching(
        /\.checkpoints: its cleanup.policy is delete.* \[RT-TOPIC-REFUSED\]\n +Set cleanup.policy=comp/,
      ),
    ])
  })

  test('fails where no broker answers, and still asks the registry and the sources', async () => {
    const { url } = await carrierx()
    const sources = [carrierxSource('main', url, token)]
    const { ringtail } = await install({ ...addresses, brokers: [await away()] }, { sources })
    const outcome = await ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      expect.stringMatching(
        /FAIL {2}kafka: no Kafka broker answers at 127.*\[RT-KAFKA-DOWN\]\n +Start Kafka, or correct/,
      ),
    ])
    expect(outcome.out).toMatch(/ok {4}schema registry: answers\n[\s\S]*ok {4}source main/)
  })

  test('fails where the registry does not answer, and still asks the rest', async () => {
    const { url } = await carrierx()
    const sources = [carrierxSource('main', url, token)]
    const { ringtail } = await install({ ...addresses, registryUrl: `http://${await away()}` }, { sources })
    const outcome = await ringtail('check')
    expect(outcome.code).toBe(1)
    expect(failures(outcome)).toEqual([
      expect.stringMatching(/FAIL {2}schema registry: .* \[RT-REGISTRY-DOWN\]\n +Check that the schema registry runs/),
    ])
    expect(outcome.out).toMatch(/ok {4}kafka: [\s\S]*ok {4}source main/)
  })

  test('warns of what is seldom meant', async () => {
    const outcome = await (await installed()).ringtail('check')
    expect(outcome).toMatchObject({ code: 0, err: expect.stringContaining('warning: sources is empty') })
  })
})

/** A provider that repeats what it was sent, and a number of a caller, in its refusal. */
async function talkativeProvider(status: number): Promise<string> {
  const server = createServer((request, response: ServerResponse) => {
    const { authorization } = request.headers
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: `${authorization} may not see calls of +14155550123 or (415) 555-0199` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('what check prints', () => {
  test.each([200, 401, 403, 404, 500])('holds no credential and no phone number of an answer of %i', async (status) => {
    const url = await talkativeProvider(status)
    const sources = [carrierxSource('main', url, token)]
    const { ringtail } = await installed({ sources })
    for (const words of [['check'], ['peek', 'main', '--verbose']]) {
      const { code, out, err } = await ringtail(...words)
      expect(code).toBe(1)
      expect(out + err).toContain('RT-')
      expect(out + err).not.toMatch(/canary|5550123|555-0199/)
    }
  })

  test('holds no credential of brokers and registry', async () => {
    const sasl = { mechanism: 'plain', username: 'someone', password: 'canary-kafka' }
    const schemaRegistry = { username: 'someone', password: 'canary-registry' }
    const { ringtail } = await install(
      { brokers: [await away()], registryUrl: await talkativeProvider(401) },
      { kafka: { sasl }, schemaRegistry },
    )
    const { code, out, err } = await ringtail('check', '--verbose')
    expect(code).toBe(1)
    expect(out).toMatch(/RT-KAFKA-DOWN[\s\S]*RT-REGISTRY-AUTH-401/)
    expect(out + err).not.toMatch(/canary|c29tZW9uZTpjYW5hcnk|5550123|555-0199/)
  })

  test('holds no phone number of the records that were read', async () => {
    const simulator = await carrierx()
    const { ringtail } = await installed({ sources: [carrierxSource('main', simulator.url, token)] })
    const { out, err } = await ringtail('check')
    const digits = [...simulator.truth.records()].flatMap(({ versions }) =>
      versions.flatMap(({ raw }) => numbersIn(raw).map((number) => number.replaceAll(/\D/g, '').slice(-7))),
    )
    expect(digits.length).toBeGreaterThan(20)
    for (const number of digits) expect(out + err).not.toContain(number)
    expect(out + err).not.toContain(token)
  })
})

function numbersIn(raw: unknown): string[] {
  const { number_src, number_dst } = raw as { readonly number_src: string; readonly number_dst: string }
  return [number_src, number_dst]
}
