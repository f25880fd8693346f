import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { checkSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { defaultSettings } from './parts.ts'

const checks = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => checkSpec({ name }))

for (const parallelJobs of [1, 2, 3]) {
  test(`with ${parallelJobs} at a time, a project with many jobs does not keep others waiting: they take turns`, async () => {
    const settings = { ...defaultSettings, parallelJobs }
    await using it = await startEngine(projectSpec({ checks, apps: [], environments: [] }), { settings })
    const others = Promise.withResolvers<void>()
    const started: string[] = []
    let most = 0
    let now = 0
    await it.push('one', {
      job: async ({ project }) => {
        started.push(project)
        most = Math.max(most, ++now)
        await others.promise
        now -= 1
        return succeeded
      },
    })
    await waitFor('every place to be taken', () => started.length === parallelJobs)
    for (const name of ['bakery', 'florist']) {
      it.store.projects.add({ name, origin: null, createdAt: 0, createdBy: 'ada' })
      await it.engine.actions.sync(name, 'ada')
    }
    others.resolve()
    await waitFor('all jobs', () => started.length === 3 * checks.length && now === 0)
    assert.equal(most, parallelJobs)
    // Whoever was alone has had every place; from then on each has its turn.
    const turns = Array.from({ length: 3 }, () => ['bakery', 'florist', 'shop']).flat()
    assert.deepEqual(started.slice(parallelJobs, parallelJobs + 9), turns)
  })
}
