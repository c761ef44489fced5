import { describe, expect, it } from 'vitest'
import { Flapping } from '../../src/ledger/flapping.ts'
import { dayMs, hourMs, noonMs } from './fakes.ts'

const minuteMs = 60_000

/** Judges an update every `everyMs`, remembers what was published, and says which were published and reported. */
function run(flapping: Flapping, count: number, everyMs: number, fromMs = noonMs) {
  const published: number[] = []
  const reported: number[] = []
  for (let n = 0; n < count; n++) {
    const atMs = fromMs + n * everyMs
    const verdict = flapping.judge('row', atMs)
    if (verdict.report) reported.push(n)
    if (verdict.publish) {
      published.push(n)
      flapping.updated('row', atMs)
    }
  }
  return { published, reported }
}

describe('Flapping', () => {
  it('publishes 20 updates after the creation, reports the last of them, then publishes one an hour', () => {
    const { published, reported } = run(new Flapping(), 24 * 60, minuteMs)
    expect(published.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(published.slice(20, 24)).toEqual([79, 139, 199, 259])
    expect(reported).toEqual([19])
  })

  it('leaves a row alone that changes rarely', () => {
    const { published, reported } = run(new Flapping(), 100, 2 * hourMs)
    expect(published).toHaveLength(100)
    expect(reported).toEqual([])
  })

  it('forgets after a quiet day', () => {
    const flapping = new Flapping()
    run(flapping, 100, minuteMs)
    flapping.prune(noonMs + 2 * dayMs)
    expect(run(flapping, 19, minuteMs, noonMs + 2 * dayMs).published).toHaveLength(19)
  })

  it('keeps rows apart', () => {
    const flapping = new Flapping()
    run(flapping, 100, minuteMs)
    expect(flapping.judge('other', noonMs + 100 * minuteMs)).toEqual({ publish: true, report: false })
  })

  it('reports a row once, however long it goes on', () => {
    for (const everyMs of [minuteMs, 20 * minuteMs, 70 * minuteMs, 72 * minuteMs]) {
      expect(
        run(new Flapping(), Math.floor((10 * dayMs) / everyMs), everyMs).reported.length,
        `every ${everyMs / minuteMs} min`,
      ).toBeLessThanOrEqual(1)
    }
  })
})
