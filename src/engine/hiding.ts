import type { Track } from '../domain/track.ts'
import { type Redactor, redactor } from '../lib/redact.ts'
import type { Line } from '../targets/driver.ts'
import { secretPlace } from './instances.ts'
import type { Parts } from './parts.ts'

type Report = (instance: string, line: Line) => void

export interface HidingReport {
  readonly report: Report
  /** Aborted when a line cannot be told. */
  readonly failed: AbortSignal
  /** Settles when every line has been told. */
  told(): Promise<void>
}

/** Tells what instances of a track print, in its order and without the secrets that one of them may have been given. */
export function hidingReport(parts: Parts, track: Which, report: Report): HidingReport {
  const hide = hiderOf(parts, track)
  const failing = new AbortController()
  let told = Promise.resolve()
  return {
    report(instance, line) {
      told = told.then(async () => report(instance, { ...line, text: await hide(line.text) }))
      told.catch((error: unknown) => failing.abort(error))
    },
    failed: failing.signal,
    told: () => told,
  }
}

/** Texts of people, such as the words of a command, without the secrets that are known on the track. */
export async function hidden(parts: Parts, track: Which, texts: readonly string[]): Promise<readonly string[]> {
  const { text } = await redactorFor(parts, track, parts.store.variables.version(track.project, track.environment))
  return texts.map((each) => text(each))
}

/** Secrets of the variables as they are now, also when they are changed meanwhile, and of the versions that still run. */
function hiderOf(parts: Parts, track: Which): (text: string) => Promise<string> {
  let known: { readonly version: number; readonly redactor: Promise<Redactor> } | null = null
  return async (text) => {
    const version = parts.store.variables.version(track.project, track.environment)
    if (known?.version !== version) known = { version, redactor: redactorFor(parts, track, version) }
    return (await known.redactor).text(text)
  }
}

type Which = Pick<Track, 'id' | 'project' | 'environment'>

async function redactorFor(parts: Parts, { id, project, environment }: Which, newest: number): Promise<Redactor> {
  const { variables } = parts.store
  const versions = [newest, ...versionsInUse(parts, id)]
  const all = versions.flatMap((version) => variables.at(project, environment, version)).filter(({ secret }) => secret)
  const sealed = new Map(all.map((each) => [`${each.name}/${each.version}`, each]))
  const opened = [...sealed.values()].map(({ name, version, value }) =>
    parts.secrets.open(secretPlace(project, environment, name, version), value),
  )
  return redactor(await Promise.all(opened))
}

function versionsInUse({ store }: Parts, track: string): ReadonlySet<number> {
  const live = store.tracks.get(track)?.live?.instances ?? []
  const placed = store.deployments
    .open(track)
    .flatMap(({ state }) => (state.kind === 'rolling' || state.kind === 'reverting' ? [state.variables] : []))
  return new Set([...live.map(({ variables }) => variables), ...placed])
}
