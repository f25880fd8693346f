import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, inStaging, pushed } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { appSpec, migrationSpec, projectSpec } from '../../test/helpers/spec.ts'
import { restore } from './restore.ts'

test('a look for migrations over which the server died three times ends, as one that found nothing out', async () => {
  const migrations = migrationSpec({ command: ['migrate'], pending: ['pending'] })
  await using it = await startEngine(projectSpec({ apps: [appSpec({ name: 'shop', migrations })] }))
  await pushed(it, 'one')
  await it.engine.stop()
  const { id } = it.engine.actions.survey(inStaging, null, ada)
  it.store.db.run("UPDATE outbox SET epoch = 1, number = 1, crashes = 2 WHERE kind = 'survey'")
  restore(it.parts, Number.MAX_SAFE_INTEGER, () => {})
  const survey = it.store.surveys.get(id)
  assert.equal(survey?.state, 'finished')
  assert.match(survey?.found?.problem ?? '', /needs a person: the server died 3 times/)
})
