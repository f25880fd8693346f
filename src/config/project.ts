import type { DriverOptions } from '../domain/driver-options.ts'
import type { AppSpec, NotifySpec, ProjectSpec, Triggers } from '../domain/spec.ts'
import { appOf } from './apps.ts'
import { readDocument, type SourceText } from './document.ts'
import { closedUnlessSaid, environmentOf } from './environments.ts'
import { at, type Finding, findingsOf, toProblem } from './issues.ts'
import { jobOf } from './jobs.ts'
import { newerVersionNeeded } from './minimum-version.ts'
import type { Path } from './place.ts'
import { inFileOrder, type Problem } from './problem.ts'
import { type Procfile, readProcfile } from './procfile.ts'
import { closed, type Pruned, prune, realPath, throughHoles } from './prune.ts'
import type { Context, Rule } from './rules/rule.ts'
import { doubtful, rules } from './rules/rules.ts'
import { appEntry, type NoticeEntry, type ProjectFile, projectFile } from './schema.ts'

export interface ParseOptions {
  /** What each driver at hand can be told, by its name. */
  readonly drivers: Readonly<Record<string, DriverOptions>>
  /** The Procfile beside the file, if there is one. */
  readonly procfile?: string | null
  /** Version of this Signalbox, to compare with `minimum_version`. */
  readonly version?: string
  readonly file?: string
}

export interface Parsed {
  /** Null as soon as there is a problem. */
  readonly spec: ProjectSpec | null
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** What a project wants, from the text of `signalbox.yml`: the whole of it, or everything that is wrong with it. Never throws. */
export function parseProject(text: string, options: ParseOptions): Parsed {
  const source = readDocument(text, options.file ?? 'signalbox.yml')
  if (source.data === undefined) return { spec: null, problems: source.problems, warnings: [] }
  const tooNew = newerVersionNeeded(source.data, options.version)
  // What a newer version understands is not for this one to judge.
  if (tooNew !== null) return { spec: null, problems: [toProblem(tooNew, source)], warnings: [] }
  const read = readFile(source)
  const procfile = options.procfile === undefined || options.procfile === null ? null : readProcfile(options.procfile)
  const judged = judge(read, { source, procfile: procfile?.procfile ?? null, drivers: options.drivers })
  const problems = [
    ...source.problems,
    ...read.findings.map((finding) => toProblem(finding, source)),
    ...(procfile?.findings ?? []).map(({ line, ...rest }) => ({
      file: 'Procfile',
      line,
      column: 1,
      path: '',
      ...rest,
    })),
    ...judged.problems,
  ]
  return {
    spec: problems.length === 0 ? judged.spec : null,
    problems: inFileOrder(distinct(problems)),
    warnings: inFileOrder(judged.warnings),
  }
}

/** The first that is said of a place counts; an alias of nothing is not also an empty value. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const told = new Map(
    problems.toReversed().map((each) => [`${each.file}:${each.line}:${each.column} ${each.path}`, each]),
  )
  return problems.filter((each) => told.get(`${each.file}:${each.line}:${each.column} ${each.path}`) === each)
}

interface Read {
  /** What is right in itself; null when too little is left. */
  readonly file: ProjectFile | null
  readonly findings: readonly Finding[]
  isUnsure: Pruned['isUnsure']
}

/** Checks every key by itself. What is wrong is taken out, so that the rest can still be held against the rules. */
function readFile({ data }: SourceText): Read {
  const first = projectFile.safeParse(data)
  if (first.success) return { file: first.data, findings: [], isUnsure: () => false }
  const findings = findingsOf(first.error.issues, data)
  const wrong = findings.map(({ path }) => path)
  for (let round = 0; round < 5; round += 1) {
    const pruned = prune(data, wrong)
    if (pruned === null) break
    const rest = projectFile.safeParse(withName(closed(pruned.data)))
    if (rest.success) return { file: rest.data, findings, isUnsure: pruned.isUnsure }
    // Without it, what holds it may be wrong in turn.
    const more = rest.error.issues.map(({ path }) => throughHoles(pruned.data, path as Path))
    wrong.push(...more.map((path) => realPath(pruned.data, path)))
  }
  return { file: null, findings, isUnsure: () => true }
}

function withName(data: unknown): unknown {
  return { project: 'unnamed', ...(data as object) }
}

interface Surroundings {
  readonly source: SourceText
  readonly procfile: Procfile | null
  readonly drivers: ParseOptions['drivers']
}

function judge({ file, isUnsure }: Read, { source, procfile, drivers }: Surroundings): Parsed {
  if (file === null) return { spec: null, problems: [], warnings: [] }
  const spec = specOf(file, procfile)
  const context: Context = { written: source.data, file, spec, names: namesIn(source.data, spec), drivers }
  const ask = (list: readonly Rule[]) =>
    list
      .flatMap((rule) => rule(context))
      .filter(({ path }) => !isUnsure(path))
      .map((finding) => toProblem(finding, source))
  return { spec, problems: ask(rules), warnings: ask(doubtful) }
}

function specOf(file: ProjectFile, procfile: Procfile | null): ProjectSpec {
  const apps = appsOf(file, procfile)
  return {
    project: file.project,
    triggers: triggersOf(file.on),
    checks: Object.entries(file.checks).map(([name, entry]) => jobOf(name, entry)),
    apps,
    environments: closedUnlessSaid(
      Object.entries(file.environments).map(([name, entry]) => environmentOf(name, entry, apps)),
      file.environments,
    ),
    notify: file.notify.map(notifyOf),
  }
}

function notifyOf({ signed_with, ...entry }: NoticeEntry): NotifySpec {
  return { ...entry, signedWith: signed_with }
}

/** A Procfile is about the repository's root, and where the file names no app at all it makes one. */
function appsOf({ project, app, apps }: ProjectFile, procfile: Procfile | null): readonly AppSpec[] {
  const written = Object.entries(apps ?? (app === undefined ? {} : { [project]: app }))
  const isImplied = app === undefined && apps === undefined && procfile !== null
  const entries = isImplied ? [[project, appEntry.parse({})] as const] : written
  return entries.map(([name, entry]) => appOf(name, entry, entry.directory === '.' ? procfile : null))
}

const everyPush: Triggers = {
  push: { branches: ['**'], paths: ['**'] },
  pullRequest: null,
  tags: [],
  releasePublished: false,
  schedules: [],
  manual: true,
}

function triggersOf(on: ProjectFile['on']): Triggers {
  if (on === undefined) return everyPush
  return {
    push: on.push ?? null,
    pullRequest: on.pull_request ?? null,
    tags: on.tags,
    releasePublished: on.release === 'published',
    schedules: on.schedule,
    manual: on.manual,
  }
}

function namesIn(data: unknown, spec: ProjectSpec): Context['names'] {
  const written = (key: string) => Object.keys(Object(at(data, [key])))
  const both = (key: string, made: readonly { readonly name: string }[]) => [
    ...new Set([...made.map(({ name }) => name), ...written(key).filter((name) => !name.startsWith('x-'))]),
  ]
  return {
    checks: both('checks', spec.checks),
    apps: both('apps', spec.apps),
    environments: both('environments', spec.environments),
  }
}
