import { expect, test } from 'vitest'
import { type BuiltInRole, permissionsOf } from '#contract/permissions.ts'
import { meansOf } from './rules.ts'

test.each<[BuiltInRole[], boolean, boolean, boolean, boolean]>([
  [[], true, false, false, false],
  [['viewer', 'people_manager'], true, false, false, false],
  [['agent'], false, true, true, false],
  [['supervisor'], false, true, true, false],
  [['tester'], false, true, false, true],
  [['tester', 'agent'], false, true, true, true],
  [['administrator'], false, false, true, false],
  [['administrator'], true, true, true, false],
  [['administrator', 'agent'], false, true, true, false],
  [['administrator', 'tester'], false, true, true, true],
])(
  'LA-7: %j, meant for chats: %s, is operator %s, of real chats %s, of tests %s',
  (roles, isMeant, isOperator, takesChats, takesTests) => {
    const held = roles.map((role) => permissionsOf[role])
    expect(meansOf(held, isMeant)).toEqual({ isOperator, takesChats, takesTests })
  },
)
