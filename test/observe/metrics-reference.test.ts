import { expect, test } from 'vitest'
import { metricsReference } from '../../src/observe/metrics-reference.ts'

// `npx vitest run --project unit test/observe/metrics-reference.test.ts -u` prints the page anew.
test('docs/metrics.md is what the code says', async () => {
  await expect(metricsReference()).toMatchFileSnapshot('../../docs/metrics.md')
})
