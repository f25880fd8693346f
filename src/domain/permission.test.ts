import assert from 'node:assert/strict'
import test from 'node:test'
import { isAmong, mayDo, namedFor, permissions } from './permission.ts'

const ada = { name: 'ada', roles: ['maintainer'] }
const grace = { name: 'grace', roles: [] }

test('a list names people by their name or by a role, and never takes one for the other', () => {
  assert.ok(isAmong(ada, ['ada']))
  assert.ok(isAmong(ada, ['grace', 'role:maintainer']))
  assert.ok(!isAmong(grace, ['ada', 'role:maintainer']))
  assert.ok(!isAmong({ name: 'maintainer', roles: [] }, ['role:maintainer']))
  assert.ok(!isAmong({ name: 'x', roles: ['ada'] }, ['ada']))
  assert.ok(!isAmong({ name: 'role:maintainer', roles: [] }, ['role:maintainer']))
})

for (const permission of permissions) {
  test(`who may ${permission}: those who are named; everybody with the scope where nobody is`, () => {
    const granted = { [permission]: ['role:maintainer'] }
    assert.ok(mayDo(granted, permission, ada))
    assert.ok(!mayDo(granted, permission, grace))
    assert.ok(mayDo({}, permission, grace))
    assert.ok(!mayDo({ [permission]: [] }, permission, ada), 'an empty list is nobody')
    const [other] = permissions.filter((each) => each !== permission)
    assert.ok(mayDo(granted, other ?? permission, grace), 'what is not named is left as it is')
  })
}

test('a name of every object is no permission', () => {
  assert.equal(namedFor({}, 'toString' as 'deploy'), null)
})
