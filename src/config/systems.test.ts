import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { matchesBranch, matchesPaths } from '../domain/glob.ts'
import { cellsOf } from '../domain/jobs.ts'
import type { AppSpec, EnvironmentSpec, ProcessSpec, ProjectSpec } from '../domain/spec.ts'
import { parseDuration } from '../lib/duration.ts'
import { showProblem } from './problem.ts'
import { parseProject } from './project.ts'

/** The five source systems, written as configuration. The ids are rows of the requirements. */

const drivers = { local: { port: { type: 'integer', required: false, description: 'Port.' } } } as const

const read = (system: string): { spec: ProjectSpec; warnings: readonly string[] } => {
  const file = join(import.meta.dirname, '../../test/fixtures/config', `${system}.yml`)
  const { spec, problems, warnings } = parseProject(readFileSync(file, 'utf8'), { drivers })
  assert.deepEqual(problems.map(showProblem), [])
  assert.ok(spec)
  return { spec, warnings: warnings.map(showProblem) }
}

const app = (spec: ProjectSpec, name = spec.project): AppSpec => spec.apps.find((each) => each.name === name)!
const environment = (spec: ProjectSpec, name: string): EnvironmentSpec =>
  spec.environments.find((each) => each.name === name)!
const process = (spec: AppSpec, name: string): ProcessSpec => spec.processes.find((each) => each.name === name)!

test('Green Web: triggers, matrix with services, two environments on one host, migrations refused (trap 5: a queue that nothing works off is told)', () => {
  const { spec, warnings } = read('green-web')
  assert.deepEqual(spec.triggers.push?.branches, ['master', 'staging']) // G1
  assert.equal(matchesPaths(spec.triggers.push.paths, ['docs/deployment.md', '.gitignore']), false)
  assert.equal(matchesPaths(spec.triggers.push.paths, ['docs/deployment.md', 'apps/x.py']), true)
  assert.equal(spec.triggers.pullRequest?.external, 'approve') // G4
  assert.deepEqual(spec.triggers.pullRequest.types, ['opened', 'synchronize', 'reopened', 'ready_for_review']) // G2
  const [check] = spec.checks
  assert.deepEqual(cellsOf(check!.matrix), [{ python: '3.11' }, { python: '3.12' }]) // G6
  assert.equal(check!.timeoutMs, 600_000)
  const broker = check!.services.find(({ name }) => name === 'broker')! // G7
  assert.deepEqual(broker.health, {
    ...{ probe: { kind: 'command', command: 'rabbitmqctl node_health_check' }, passes: 1, failures: 3 },
    ...{ startPeriodMs: 60_000, intervalMs: 10_000, timeoutMs: 10_000 },
  })
  assert.deepEqual(check!.services[0]?.health.probe, { kind: 'tcp' }) // the race of G7 is closed
  assert.ok(!check!.secrets.includes('SECRET_KEY')) // G8
  const portal = app(spec)
  assert.equal(portal.version, 'timestamp') // G18
  assert.equal(portal.keepReleases, 5)
  assert.equal(portal.migrations?.pending, '.venv/bin/python manage.py migrate --check') // G14
  assert.deepEqual(portal.migrations?.variables, ['DATABASE_URL_READ_ONLY'])
  assert.deepEqual(portal.migrations?.pendingVariables, { DATABASE_URL: 'DATABASE_URL_READ_ONLY' })
  assert.ok(portal.schedules.every(({ environments }) => environments.join() === 'production')) // G35
  assert.equal(portal.commands.find(({ name }) => name === 'import-snapshot')?.destructive, true) // G36
  assert.equal(portal.variables.filter(({ required, secret }) => required && secret).length, 6) // G12, G21
  const { policies } = environment(spec, 'production')
  assert.equal(policies.migrations, 'forbid_pending')
  assert.deepEqual(policies.lockScope, { kind: 'hosts' }) // G13, G27
  assert.deepEqual(policies.queueTimeout, { afterMs: null, action: 'abort' }) // G11
  assert.equal(policies.onPartialFailure, 'stop_remaining') // G16
  assert.deepEqual(policies.processOrder, ['web', 'worker'])
  assert.deepEqual(policies.strategy, { kind: 'reload', signal: 'SIGHUP' }) // G26
  assert.deepEqual(environment(spec, 'staging').triggers.push, ['staging']) // G10
  assert.deepEqual(environment(spec, 'production').triggers.push, ['master'])
  assert.equal(environment(spec, 'production').target.options.ansible, '<2.19') // G17
  assert.ok(warnings.some((warning) => warning.includes('nothing works off the queue "stats"'))) // G25
  assert.equal(warnings.filter((warning) => warning.includes('cannot deploy to ansible')).length, 2)
})

test('Openverse: change filters of a monorepo, images with companions, release to production, one queue per service', () => {
  const { spec } = read('openverse')
  const touched = (path: string) => spec.apps.filter(({ paths }) => matchesPaths(paths, [path])).map(({ name }) => name)
  assert.deepEqual(touched('api/Dockerfile'), ['api']) // O3
  assert.deepEqual(touched('docker/es/Dockerfile'), ['api', 'ingestion-server'])
  assert.deepEqual(touched('signalbox.yml'), ['api', 'frontend', 'ingestion-server'])
  assert.deepEqual(touched('documentation/index.md'), []) // O4
  assert.ok(spec.apps.every(({ version }) => version === 'sha40')) // O5
  const api = app(spec, 'api')
  assert.deepEqual(api.image?.companions, [
    { repository: 'ghcr.io/wordpress/openverse-api_nginx', dockerfile: 'nginx.Dockerfile', context: '.' }, // O6
  ])
  assert.deepEqual(api.draftRelease, { tagPrefix: 'api-' }) // O33
  assert.deepEqual(process(api, 'web').health.probe, {
    ...{ kind: 'http', path: '/healthcheck/', host: null, expect: [200, 204] }, // O40
  })
  assert.equal(process(api, 'web').stop.drainMs, 300_000) // O23
  const production = environment(spec, 'production')
  assert.deepEqual(production.apps, ['api', 'frontend']) // O34
  assert.equal(production.triggers.releasePublished, true)
  assert.deepEqual(production.needs, ['staging'])
  assert.deepEqual(production.hostsOf.frontend, ['openverse.org'])
  assert.deepEqual(production.scale, { api: { web: 4 }, frontend: { web: 3 } })
  assert.deepEqual(production.policies.lockScope, { kind: 'app' }) // O15
  assert.equal(production.policies.concurrency, 'queue') // O35
  assert.equal(production.policies.configBinding, 'environment') // O26
  assert.equal(production.policies.runTimeoutMs, parseDuration('30m')) // O13
  assert.deepEqual(production.policies.permissions.rollback, ['role:maintainer']) // O16
  assert.equal(production.policies.artifact, 'image')
  const staging = environment(spec, 'staging')
  assert.deepEqual(staging.protection.requireChecks, ['browser-tests']) // O9
  assert.equal(staging.policies.holdUntilPromotedTo, 'production') // O47
  assert.equal(staging.policies.smoke[0]?.name, 'browser subset') // O44
  assert.equal(staging.policies.bakeMs, 0)
  assert.equal(staging.target.options.template, 'staging-{app}-template') // O19
  assert.ok(spec.notify[0]?.events.includes('unexpected_outcome')) // O38
})

test('Hypothesis: the path filters with their trap, five environments in two regions, never back', () => {
  const { spec } = read('hypothesis')
  const deploys = (path: string) => matchesPaths(spec.triggers.push!.paths, [path]) // H1
  assert.equal(deploys('.github/dependabot.yml'), false)
  assert.equal(deploys('.github/workflows/ci.yml'), true)
  assert.equal(deploys('docs/conf.py'), false)
  assert.equal(deploys('docs/developing/install.rst'), true)
  assert.equal(deploys('requirements/dev.txt'), false)
  assert.equal(deploys('requirements/prod.txt'), true)
  assert.equal(deploys('Dockerfile'), true)
  assert.equal(deploys('h/static/.gitignore'), false)
  assert.deepEqual(spec.triggers.schedules, [{ cron: '0 1 * * *', timezone: 'UTC', branch: 'main' }]) // H30
  const h = app(spec)
  assert.equal(h.version, 'date-sha') // H4
  const health = process(h, 'web').health
  assert.deepEqual(health.probe, { kind: 'http', path: '/_status', host: null, expect: [200] }) // H14
  assert.equal(health.passes, 12) // T6
  assert.ok(h.commands.filter(({ destructive }) => destructive).length === 3) // H26
  assert.deepEqual(h.schedules[0]?.environments, ['production', 'production-canada']) // H27
  assert.equal(spec.environments.length, 5) // H7
  const production = spec.environments.filter(({ name }) => name.startsWith('production'))
  for (const { needs, protection, policies } of production) {
    assert.deepEqual(needs, ['staging', 'staging-websocket']) // H8
    assert.equal(protection.approvals, 1) // H9
    assert.equal(protection.expiresMs, parseDuration('30d'))
    assert.deepEqual(protection.requireChecks, ['lint', 'functests']) // X21
    assert.equal(policies.rollback, 'forbidden') // H20
    assert.equal(policies.concurrency, 'supersede') // H3
    assert.equal(policies.cancel, 'supersede')
    assert.deepEqual(policies.strategy, { kind: 'immutable' }) // H13
    assert.equal(policies.migrations, 'manual') // H26
    assert.equal(policies.onPartialFailure, 'continue') // H8
  }
  const canada = environment(spec, 'production-canada')
  assert.equal(canada.displayName, 'Production (Canada)')
  assert.equal(canada.region, 'ca-central-1')
  assert.equal(canada.variables.ENABLE_WEB, 'True') // H22: as Python spells it
  assert.ok(matchesBranch(environment(spec, 'staging').triggers.push, 'main'))
})

test('the Swarm example: seven characters, checks for every branch, migrations after the rollout', () => {
  const { spec } = read('swarm-example')
  assert.equal(matchesBranch(spec.triggers.push!.branches, 'feature/anything/at-all'), true) // S1
  const production = environment(spec, 'production')
  assert.deepEqual(production.triggers.push, ['master'])
  assert.equal(spec.triggers.pullRequest?.external, 'sandboxed') // S17
  assert.deepEqual(spec.checks[0]?.secrets, ['CI_SECRET_KEY']) // S8
  assert.equal(spec.checks[0].steps[1]?.directory, 'app') // S2
  const [django] = spec.apps
  assert.equal(django?.version, 'sha7') // S4
  assert.equal(django.image?.dockerfile, 'deployment/Dockerfile')
  assert.deepEqual(process(django, 'web').health.probe, {
    ...{ kind: 'http', path: '/', host: 'swarm.example.org', expect: [200] }, // S21
  })
  assert.deepEqual(django.shared, ['media']) // S15
  assert.equal(django.variables.length, 8) // S7
  assert.deepEqual(
    django.variables.filter(({ secret }) => secret).map(({ name }) => name),
    ['SECRET_KEY', 'DB_PASSWORD'],
  )
  const { policies } = production
  assert.equal(policies.migrations, 'after') // S13
  assert.deepEqual(policies.strategy, { kind: 'start_first', batch: 1 }) // S11
  assert.equal(policies.runTimeoutMs, 300_000) // S12
  assert.equal(policies.concurrency, 'queue') // S20
  assert.equal(production.target.options.prune, true) // S10
  assert.equal(policies.static, 'release_dir') // S6
})

test('Websauna: dump and migrate before, one beat, ten minutes to finish, staging behind a password', () => {
  const { spec } = read('websauna')
  const [site] = spec.apps
  assert.equal(site?.migrations?.backup, '.venv/bin/ws-dump-db conf/generated.ini > "$SIGNALBOX_BACKUP_FILE"') // W8
  const beat = process(site, 'beat')
  assert.equal(beat.singleton, true) // W14
  assert.equal(beat.stop.graceMs, 600_000)
  assert.equal(beat.health.startPeriodMs, 10_000)
  assert.equal(process(site, 'worker').stop.graceMs, 600_000)
  const [assets] = site.static
  assert.equal(assets?.maxAgeS, 604_800) // W26
  const staging = environment(spec, 'staging')
  const production = environment(spec, 'production')
  assert.equal(staging.policies.migrations, 'before') // W7
  assert.equal(staging.policies.backupBeforeMigrate, 'on')
  assert.deepEqual(staging.policies.processOrder, ['web', 'worker', 'beat'])
  assert.equal(staging.policies.access, 'basic_auth') // W18
  assert.equal(production.policies.access, 'public')
  assert.notEqual(staging.target.options.root, production.target.options.root) // W16
  assert.equal(staging.target.options.user, 'wsgi') // W6
  for (const { triggers } of spec.environments) assert.deepEqual(triggers.push, []) // W27: an operator decides
  assert.ok(spec.notify[0]?.events.includes('deployment_failed')) // W21
})
