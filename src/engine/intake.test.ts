import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'

const clock = { source: 'sync', by: 'signalbox' } as const

test('what somebody pushes while refs are compared by the clock is of that somebody, not of the clock', async () => {
  await using it = await startEngine(projectSpec())
  const { actions, intake } = it.engine
  const isOver = actions.expectPush('shop')
  const other = actions.expectPush('bakery')
  it.commit('pushed')
  assert.deepEqual(await intake.sync('shop', clock), [])
  const [byClock, pushed] = await Promise.all([intake.sync('shop', clock), actions.sync('shop', 'ada')])
  assert.deepEqual([byClock, pushed.map(({ by, source }) => [by, source])], [[], [['ada', 'push']]])
  it.commit('moved behind the back of everybody')
  assert.deepEqual(await intake.sync('shop', clock), [])
  isOver()
  assert.deepEqual(
    (await intake.sync('shop', clock)).map(({ by }) => by),
    ['signalbox'],
  )
  other()
})

test('a file that names another project than the one pushed to is taken, and the push is told', async () => {
  await using it = await startEngine(projectSpec())
  it.commit('wrong', { spec: { ...projectSpec(), project: 'bakery' } })
  const [event] = await it.engine.actions.sync('shop', 'ada')
  assert.deepEqual(event?.because, 'push to main; signalbox.yml says project: bakery, here it is shop')
  assert.equal(event?.run, 'r1')
})
