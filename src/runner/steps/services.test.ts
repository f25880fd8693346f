import assert from 'node:assert/strict'
import test from 'node:test'
import { step, testRunner } from '../../../test/helpers/runner.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import type { HealthProbe, HealthSpec, ServiceSpec } from '../../domain/spec.ts'

const serve = `exec ${process.execPath} -e 'const http = require("http"); let n = 0; setTimeout(() => http.createServer((q, s) => { s.statusCode = ++n < 3 ? 503 : 200; s.end(q.url + " " + q.headers.host) }).listen(process.env.PORT, process.env.HOST, () => console.log("listening")), 100)'`

function health(probe: HealthProbe, more: Partial<HealthSpec> = {}): HealthSpec {
  return { probe, startPeriodMs: 10_000, intervalMs: 20, timeoutMs: 1_000, passes: 1, failures: 3, ...more }
}

function service(more: Partial<ServiceSpec>): ServiceSpec {
  return {
    name: 'web-api',
    command: serve,
    image: null,
    ports: [8080],
    env: {},
    health: health({ kind: 'tcp' }),
    ...more,
  }
}

const http = (path = '/') => ({ kind: 'http', path, host: null, expect: [200] }) as const

test('steps begin when the service is ready, and find it by its name', async () => {
  await using t = await testRunner()
  const result = await t.run({
    services: [
      service({ health: health(http('/health')) }),
      service({
        name: 'db',
        ports: [5432, 9999],
        command: 'sleep 100',
        health: health({ kind: 'command', command: 'test "$PORT_9999" != "$PORT"' }),
      }),
    ],
    steps: [
      step(
        `${process.execPath} -e 'fetch("http://" + process.env.WEB_API_HOST + ":" + process.env.WEB_API_PORT_8080 + "/x").then((r) => r.text()).then(console.log)'; test "$DB_PORT" = "$DB_PORT_5432"; test "$DB_PORT" -gt 0`,
      ),
    ],
  })
  assert.deepEqual([result.outcome, result.reason], ['succeeded', null])
  const lines = await t.lines(result.attempt)
  assert.match(lines[0]!, /^\[web-api\] listening$/)
  assert.match(lines[1]!, /^\/x 127\.0\.0\.1:\d+$/)
  assert.deepEqual(await t.processes(), [], 'services end with the job')
})

test('two jobs with the same service run side by side', async () => {
  await using t = await testRunner()
  const job = () => t.run({ services: [service({ health: health(http()) })], steps: [step('sleep 0.2')] })
  assert.deepEqual(
    (await Promise.all([job(), job(), job()])).map(({ outcome }) => outcome),
    ['succeeded', 'succeeded', 'succeeded'],
  )
})

test('a service that does not become ready fails the job with the last answer', async () => {
  await using t = await testRunner()
  const rows: [Partial<ServiceSpec>, RegExp][] = [
    [
      { health: health({ kind: 'http', path: '/', host: null, expect: [404] }, { startPeriodMs: 2_000 }) },
      /not ready within 2s: it answered (200|503)/,
    ],
    [
      { command: 'sleep 100', health: health({ kind: 'tcp' }, { startPeriodMs: 200 }) },
      /not ready within 200ms: .*ECONNREFUSED/,
    ],
    [
      {
        command: 'sleep 100',
        health: health({ kind: 'command', command: ['sleep', '50'] }, { startPeriodMs: 200, timeoutMs: 100 }),
      },
      /not ready within 200ms/,
    ],
    [{ command: 'echo cannot start; exit 3' }, /ended before it was ready: exit code 3/],
    [{ command: ['no-such-program'] }, /could not be started/],
  ]
  for (const [more, reason] of rows) {
    const result = await t.run({ services: [service(more)], steps: [step('echo never')] })
    assert.match(result.reason ?? '', reason)
    assert.notEqual(result.outcome, 'succeeded')
    assert.deepEqual(
      result.steps.map(({ outcome }) => outcome),
      ['skipped'],
    )
    assert.deepEqual(await t.processes(), [])
  }
})

test('without a probe of its own a service counts when it still runs after its start period', async () => {
  await using t = await testRunner()
  const running = await t.run({
    services: [
      service({ command: 'sleep 100', ports: [], health: health({ kind: 'process' }, { startPeriodMs: 150 }) }),
    ],
    steps: [step('true')],
  })
  assert.deepEqual([running.outcome, running.durationMs > 150], ['succeeded', true])
})

test('an image is not pretended to run', async () => {
  await using t = await testRunner()
  const result = await t.run({
    services: [service({ name: 'db', command: null, image: 'postgres:17' })],
    steps: [step('true')],
  })
  assert.deepEqual(
    [result.outcome, result.reason],
    [
      'errored',
      'the service db is the image postgres:17: this runner has no container engine; give it a command instead',
    ],
  )
})

test('a service that dies during the job is told in the log', async () => {
  await using t = await testRunner()
  const command = 'echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; exit 4'
  const dying = service({ command, health: health({ kind: 'command', command: 'test -s pid' }) })
  const result = await t.run({
    services: [dying],
    steps: [step('touch go; while kill -0 "$(cat pid)" 2> /dev/null; do sleep 0.02; done; sleep 0.2')],
  })
  assert.equal(result.reason, null)
  assert.ok((await t.lines(result.attempt, 's')).includes('service web-api ended: exit code 4'))
})

test('cancelling while a service starts ends at once', async () => {
  await using t = await testRunner()
  const stop = new AbortController()
  const running = t.run({ services: [service({ command: 'echo up; sleep 100' })], steps: [step('true')] }, stop.signal)
  await waitFor('the service has said something', async () => (await t.lines('r1/test/1')).includes('[web-api] up'))
  stop.abort()
  assert.equal((await running).outcome, 'aborted')
  assert.deepEqual(await t.processes(), [])
})
