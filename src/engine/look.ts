import type { AskedOutput, Listed } from '../domain/migrations/adapter.ts'
import { type Asking, askingFor } from '../domain/migrations/adapters.ts'
import { classified } from '../domain/migrations/classify.ts'
import { drizzleLook } from '../domain/migrations/drizzle.ts'
import { mostListed, type PendingMigration, type Survey } from '../domain/migrations.ts'
import type { ReleaseRef } from '../domain/release.ts'
import type { MigrationSpec } from '../domain/spec.ts'
import { redactor } from '../lib/redact.ts'
import type { Line, OneOff } from '../targets/driver.ts'
import type { DeploymentContext } from './context.ts'
import { environmentOf, onTarget } from './instances.ts'
import { type OneOffWork, runToEnd } from './run-to-end.ts'

export interface Looking extends OneOffWork {
  readonly context: DeploymentContext
  readonly release: ReleaseRef
  readonly variables: number
  /** Of the commands that look: never used twice, because what they found is as old as they are. */
  readonly name: string
  readonly log: string
}

/** A look is short: what takes longer is not known. */
const lookMs = 60_000
/** More of what was printed than any list or SQL that a person would read. */
const mostHeard = 2_000_000

/** Asks the database, from within the release, which of its migrations are pending. Changes nothing. */
export async function lookForMigrations(work: Looking): Promise<Survey> {
  const { migrations } = work.context.app
  const asking = migrations === null ? null : askingFor(migrations)
  if (migrations === null || asking === null) return unknown('the app has no command that tells')
  const given = await environmentFor(work, migrations)
  if ('problem' in given) return unknown(given.problem)
  const words = asking.words.map((word) => (word === drizzleLook ? work.parts.drizzleLook : word))
  const heard = await ask(work, { ...given, words, name: work.name })
  if ('problem' in heard) return unknown(heard.problem)
  const listing = asking.adapter.read(heard)
  const redact = redactor(given.secrets)
  if ('problem' in listing) return unknown(redact.text(listing.problem))
  const pending = await classify(work, { migrations, asking, listing, given })
  return { pending: pending.map((each) => ({ ...each, name: redact.text(each.name) })), problem: null }
}

interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

/** With the account that may only read, where one is named. One that is named and has no value is never replaced by the other. */
async function environmentFor(
  work: Looking,
  { pendingVariables }: MigrationSpec,
): Promise<Given | { problem: string }> {
  const { context, release, variables } = work
  const { env, secrets } = await environmentOf(work.parts, { context, app: context.app, release, variables })
  // A configuration stored by an older version has none.
  const mapped = Object.entries(pendingVariables ?? {})
  const missing = mapped.find(([, from]) => env[from] === undefined)
  if (missing !== undefined)
    return { problem: `${missing[1]}, which ${missing[0]} is to be for the look, has no value` }
  const own = Object.fromEntries(mapped.map(([to, from]) => [to, env[from] ?? '']))
  return { env: { ...env, ...own, SIGNALBOX_PROCESS: 'migrate' }, secrets }
}

interface Question extends Given {
  readonly words: readonly string[]
  readonly name: string
}

async function ask(work: Looking, question: Question): Promise<AskedOutput | { problem: string }> {
  const { context, release } = work
  const said = { out: '', err: '' }
  const hear = ({ stream, text }: Line) => {
    if (said[stream].length < mostHeard) said[stream] += `${text}\n`
  }
  const oneOff: OneOff = {
    ...{ name: question.name, track: context.track.id, release: onTarget(context.app.name, release) },
    ...{ argv: question.words, env: question.env, directory: context.app.directory, shared: context.app.shared },
    timeoutMs: lookMs,
  }
  const result = await runToEnd(work, oneOff, { secrets: question.secrets, log: work.log, hear })
  if (result.timedOut) return { problem: `asking for it took longer than ${lookMs / 1000} s` }
  return { exitCode: result.exitCode, ...said }
}

interface Classifying {
  readonly migrations: MigrationSpec
  readonly asking: Asking
  readonly listing: Listed
  readonly given: Given
}

async function classify(work: Looking, found: Classifying): Promise<readonly PendingMigration[]> {
  const names = found.listing.names.slice(0, mostListed)
  const left = found.listing.names.length - names.length
  const sql = names.length === 0 ? new Map<string, string>() : await sqlOf(work, found)
  const listed = await Promise.all(
    names.map(async (name) => {
      const text = sql.get(name)
      return classified(name, text === undefined ? null : await work.parts.readSql(text))
    }),
  )
  return left === 0 ? listed : [...listed, { name: `and ${left} more`, class: 'unknown', notes: [] }]
}

/** What cannot be printed is unknown, which is no reason not to list it. */
async function sqlOf(work: Looking, { migrations, asking, listing, given }: Classifying) {
  const words = asking.adapter.sql?.(migrations, listing) ?? null
  if (words === null) return new Map<string, string>()
  const heard = await ask(work, { ...given, words, name: `${work.name}-sql` })
  return 'problem' in heard
    ? new Map<string, string>()
    : (asking.adapter.readSql?.(heard.out) ?? new Map<string, string>())
}

function unknown(problem: string): Survey {
  return { pending: null, problem }
}
