import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, isCached } from '../../../sandbox/jvm/cache.ts'

let home = ''

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ringtail-cache-test-'))
  vi.stubEnv('XDG_CACHE_HOME', home)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

function writing(text: string): (folder: string) => Promise<void> {
  return (folder) => writeFile(join(folder, 'jar'), text)
}

test('fills a folder once', async () => {
  expect(await isCached('kafka')).toBe(false)
  const folder = await cached('kafka', writing('first'))
  expect(await isCached('kafka')).toBe(true)
  expect(await cached('kafka', writing('second'))).toBe(folder)
  expect(await readFile(join(folder, 'jar'), 'utf8')).toBe('first')
})

test('several may fill it at once, and one of them wins', async () => {
  const texts = ['1', '2', '3', '4']
  const folders = await Promise.all(texts.map((text) => cached('kafka', writing(text))))
  expect(new Set(folders).size).toBe(1)
  expect(texts).toContain(await readFile(join(folders[0] ?? '', 'jar'), 'utf8'))
  expect(await readdir(join(home, 'ringtail'))).toEqual(['kafka'])
})

test.each([
  ['a missing file', (folder: string) => rm(join(folder, 'jar'))],
  ['a truncated file', (folder: string) => writeFile(join(folder, 'jar'), 'fi')],
  ['a fill that was never finished', (folder: string) => rm(join(folder, '.complete.json'))],
])('replaces a folder with %s', async (_, damage) => {
  await damage(await cached('kafka', writing('first')))
  expect(await isCached('kafka')).toBe(false)
  const folder = await cached('kafka', writing('second'))
  expect(await readFile(join(folder, 'jar'), 'utf8')).toBe('second')
  expect(await readdir(join(home, 'ringtail'))).toEqual(['kafka'])
})

test('leaves nothing behind when filling fails', async () => {
  const failing = cached('kafka', () => Promise.reject(new Error('no network')))
  await expect(failing).rejects.toThrow('no network')
  expect(await readdir(join(home, 'ringtail'))).toEqual([])
})

test('removes what a killed process left half filled, but not what another is filling', async () => {
  const [left, filling] = ['kafka.filling-left', 'kafka.filling-now'].map((name) => join(home, 'ringtail', name))
  await mkdir(left ?? '', { recursive: true })
  await mkdir(filling ?? '')
  const twoHoursAgo = new Date(Date.now() - 7_200_000)
  await utimes(left ?? '', twoHoursAgo, twoHoursAgo)
  await cached('kafka', writing('first'))
  expect((await readdir(join(home, 'ringtail'))).sort()).toEqual(['kafka', 'kafka.filling-now'])
})
