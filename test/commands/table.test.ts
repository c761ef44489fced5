import { expect, it } from 'vitest'
import { textTable } from '../../src/commands/table.ts'

it('aligns texts at their start and figures at their end', () => {
  const rows = [
    ['telecom.cdr.v1', '6', ''],
    ['x', '12', 'missing'],
  ]
  expect(textTable({ head: ['topic', 'partitions', 'why'], rows, figures: [1] })).toBe(
    ['TOPIC           PARTITIONS  WHY', 'telecom.cdr.v1           6', 'x                       12  missing'].join('\n'),
  )
})

it('lets no control character through', () => {
  expect(textTable({ head: ['name'], rows: [['a\u001b[2Jb\nc']] })).toBe('NAME\na�[2Jb�c')
})
