import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { appSpec, checkSpec, projectSpec } from '../../test/helpers/spec.ts'
import { cellsOf, jobsOf } from './jobs.ts'
import { attemptOf, decideRun, type Job, type JobEnding, type Run, type RunEvent } from './run.ts'
import type { ProjectSpec } from './spec.ts'

const good: JobEnding = { outcome: 'succeeded', reason: null, outputs: {}, artifact: null }
const bad: JobEnding = { ...good, outcome: 'failed', reason: 'exit 1' }

test('builds wait for every check, and the run ends when the last job has', () => {
  let { run, commands } = decideRun(
    newRun(projectSpec({ checks: [checkSpec({ name: 'lint' }), checkSpec({ name: 'test' })] })),
    { type: 'accepted' },
    0,
  )
  assert.deepEqual(
    commands.map(({ job }) => job),
    ['lint', 'test'],
  )
  ;({ run, commands } = decideRun(run, finished('lint', good), 1))
  assert.deepEqual(commands, [])
  ;({ run, commands } = decideRun(run, finished('test', good), 2))
  assert.deepEqual(
    commands.map(({ job }) => job),
    ['build:shop'],
  )
  ;({ run } = decideRun(run, finished('build:shop', good), 3))
  assert.equal(run.outcome, 'succeeded')
})

test('a failed check ends the run as failed, and nothing that needs it is started', () => {
  const start = decideRun(newRun(projectSpec()), { type: 'accepted' }, 0).run
  const { run, commands } = decideRun(start, finished('test', bad), 1)
  assert.deepEqual(commands, [])
  assert.deepEqual([run.state, run.outcome, run.reason], ['finished', 'failed', 'test: exit 1'])
  assert.equal(run.jobs.find(({ name }) => name === 'build:shop')?.outcome, 'skipped')
})

test('a job is tried again as often as it says, and `continue_on_error` lets the run go on', () => {
  const checks = [checkSpec({ name: 'flaky', retries: 1 }), checkSpec({ name: 'advice', continueOnError: true })]
  let { run } = decideRun(newRun(projectSpec({ checks })), { type: 'accepted' }, 0)
  const again = decideRun(run, finished('flaky', bad), 1)
  assert.deepEqual(again.commands, [{ do: 'job', run: 'r1', job: 'flaky', attempt: 2 }])
  run = decideRun(again.run, finished('advice', bad), 2).run
  run = decideRun(run, { ...finished('flaky', good), attempt: 2 }, 3).run
  run = decideRun(run, finished('build:shop', good), 4).run
  assert.equal(run.outcome, 'succeeded')
})

test('a job the server died under is tried once more, the second time it is errored', () => {
  let run = decideRun(newRun(projectSpec()), { type: 'accepted' }, 0).run
  const lost = (attempt: number): RunEvent => ({ type: 'job_lost', job: 'test', attempt, counts: true })
  const again = decideRun(run, lost(1), 1)
  assert.deepEqual(again.commands, [{ do: 'job', run: 'r1', job: 'test', attempt: 2 }])
  const [fact] = again.facts
  const recorded = { outcome: 'errored', reason: 'the server stopped while the job ran', again: true }
  assert.deepEqual(fact?.data, { ...fact?.data, ...recorded })
  run = decideRun(again.run, lost(2), 2).run
  assert.deepEqual([run.state, run.outcome], ['finished', 'errored'])
})

test('a late result of a lost attempt is refused', () => {
  const start = decideRun(newRun(projectSpec()), { type: 'accepted' }, 0).run
  const again = decideRun(start, { type: 'job_lost', job: 'test', attempt: 1, counts: true }, 1).run
  assert.equal(decideRun(again, finished('test', bad), 2).run, again)
})

test('cancelling stops every attempt that is under way', () => {
  const checks = [checkSpec({ name: 'a' }), checkSpec({ name: 'b' })]
  const start = decideRun(newRun(projectSpec({ checks })), { type: 'accepted' }, 0).run
  const { run, stop } = decideRun(start, { type: 'cancelled', by: 'ada' }, 1)
  assert.deepEqual(stop, ['r1/a/1', 'r1/b/1'])
  assert.deepEqual([run.outcome, run.reason], ['aborted', 'cancelled by ada'])
})

test('running again keeps what succeeded and gives the rest a new attempt', () => {
  const checks = [checkSpec({ name: 'a' }), checkSpec({ name: 'b' })]
  let run = decideRun(newRun(projectSpec({ checks })), { type: 'accepted' }, 0).run
  run = decideRun(run, finished('a', good), 1).run
  run = decideRun(run, finished('b', bad), 2).run
  const { run: next, commands } = decideRun(run, { type: 'rerun', by: 'ada' }, 3)
  assert.deepEqual(commands, [{ do: 'job', run: 'r1', job: 'b', attempt: 2 }])
  assert.equal(next.jobs.find(({ name }) => name === 'a')?.outcome, 'succeeded')
})

test('a matrix of n cells is n jobs with different values', () => {
  const matrix = {
    axes: { python: ['3.11', '3.12'], db: ['pg', 'my'] },
    include: [{ python: '3.13' }],
    exclude: [{ python: '3.11', db: 'my' }],
    failFast: true,
  }
  const names = cellsOf(matrix).map((cell) => JSON.stringify(cell))
  assert.equal(new Set(names).size, 4)
  const jobs = jobsOf({
    spec: projectSpec({ checks: [checkSpec({ name: 'test', matrix })] }),
    changed: null,
    released: [],
    behind: [],
  })
  assert.deepEqual(jobs.map(({ name }) => name).slice(0, 2), ['test[python=3.11,db=pg]', 'test[python=3.12,db=pg]'])
})

test('the failing cell of a fail-fast matrix ends its siblings', () => {
  const matrix = { axes: { n: ['1', '2'] }, include: [], exclude: [], failFast: true }
  const start = decideRun(
    newRun(projectSpec({ checks: [checkSpec({ name: 'test', matrix })] })),
    { type: 'accepted' },
    0,
  ).run
  const { stop, run } = decideRun(start, finished('test[n=1]', bad), 1)
  assert.deepEqual(stop, ['r1/test[n=2]/1'])
  assert.equal(run.outcome, 'failed')
})

test('an app that the change does not touch, or that is released already, is not built', () => {
  const spec = projectSpec({
    checks: [],
    apps: [appSpec({ name: 'shop', paths: ['shop/**'] }), appSpec({ name: 'site' })],
  })
  const names = (changed: readonly string[] | null, released: readonly string[], behind: readonly string[] = []) =>
    jobsOf({ spec, changed, released, behind }).map(({ name }) => name)
  assert.deepEqual(names(['README.md'], []), ['build:site'])
  assert.deepEqual(names(['shop/a.js'], ['site']), ['build:shop'])
  assert.deepEqual(names(null, []), ['build:shop', 'build:site'])
  assert.deepEqual(names(['README.md'], ['site'], ['shop']), ['build:shop'], 'one that is new is built first of all')
})

test('whatever happens in whatever order: every attempt is asked for once, and no need is jumped', () => {
  const checks = [
    checkSpec({ name: 'a', retries: 1 }),
    checkSpec({ name: 'b', needs: ['a'] }),
    checkSpec({ name: 'c', needs: ['a'], continueOnError: true }),
  ]
  const event = fc.record({
    job: fc.constantFrom('a', 'b', 'c', 'build:shop'),
    attempt: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('good', 'bad', 'lost', 'cancelled', 'rerun', 'quarantined'),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (history) => {
      const first = decideRun(newRun(projectSpec({ checks })), { type: 'accepted' }, 0)
      const asked = new Set(first.commands.map((command) => JSON.stringify(command)))
      let { run } = first
      for (const [at, each] of history.entries()) {
        const decision = decideRun(run, eventOf(each), at)
        for (const command of decision.commands) {
          assert.ok(!asked.has(JSON.stringify(command)), `asked twice: ${JSON.stringify(command)}`)
          asked.add(JSON.stringify(command))
          assertNeedsMet(decision.run, command.job)
        }
        run = decision.run
        assert.equal(run.state === 'finished', run.outcome !== null)
        assert.equal(
          run.state === 'finished',
          run.jobs.every(({ state }) => state === 'finished'),
        )
      }
    }),
  )
})

function assertNeedsMet(run: Run, name: string): void {
  const job = run.jobs.find((each) => each.name === name) as Job
  for (const need of run.jobs.filter((each) => job.needs.includes(each.name)))
    assert.equal(need.state, 'finished', attemptOf(run.id, job))
}

function eventOf({ job, attempt, kind }: { job: string; attempt: number; kind: string }): RunEvent {
  if (kind === 'lost') return { type: 'job_lost', job, attempt, counts: true }
  if (kind === 'cancelled' || kind === 'rerun') return { type: kind, by: 'ada' }
  if (kind === 'quarantined') return { type: 'quarantined', job, reason: 'again and again' }
  return { type: 'job_finished', job, attempt, ending: kind === 'good' ? good : bad }
}

function finished(job: string, ending: JobEnding): RunEvent & { type: 'job_finished' } {
  return { type: 'job_finished', job, attempt: 1, ending }
}

function newRun(spec: ProjectSpec): Run {
  return {
    id: 'r1',
    project: 'shop',
    event: 'e1',
    commit: 'a'.repeat(40),
    branch: 'main',
    ref: 'refs/heads/main',
    committedAt: 0,
    title: 'a commit',
    by: 'ada',
    createdAt: 0,
    finishedAt: null,
    proposal: null,
    expiresAt: null,
    state: 'running',
    outcome: null,
    reason: null,
    jobs: jobsOf({ spec, changed: null, released: [], behind: [] }),
  }
}
