import { expect, it } from 'vitest'
import { configReference } from '../../src/config/reference.ts'
import { providers } from '../../src/providers/index.ts'

// `npx vitest run --project unit test/config/reference.test.ts -u` prints the page anew.
it('docs/configuration.md is what the code says', async () => {
  await expect(configReference(providers)).toMatchFileSnapshot('../../docs/configuration.md')
})
