import { detectDjango } from './init/django.ts'
import { detectDockerfile } from './init/dockerfile.ts'
import { blank, type Detector, type Draft } from './init/draft.ts'
import { type Files, has } from './init/files.ts'
import { detectNode } from './init/node.ts'
import { packageJson } from './init/package-json.ts'
import { detectProcfile, withProcfile } from './init/procfile.ts'
import { detectRails } from './init/rails.ts'
import { render } from './init/render.ts'

export type { Files } from './init/files.ts'

export interface GuessOptions {
  /** Name of the repository's folder; the project is called so. */
  readonly folder?: string
  /** The branch that people push to. */
  readonly branch?: string
}

export interface Guess {
  /** A `signalbox.yml` that validates. */
  readonly text: string
  /** What it was made from and what to look at, one sentence each. */
  readonly guesses: readonly string[]
}

/** A first `signalbox.yml` from the files of a repository. Never fails: where nothing is recognised, it says so and leaves a frame. */
export function guess(files: Files, { folder, branch }: GuessOptions = {}): Guess {
  const draft = withDockerfile(draftOf(files), files)
  const project = projectName(folder ?? packageJson(files)?.name ?? 'app')
  const branches = branch === undefined || branch === '' ? ['main', 'master'] : [branch]
  return {
    text: render(draft, { project, branches }),
    guesses: [
      ...draft.guesses,
      `A push to ${branches.join(' or ')} goes to staging and, once one person has approved it, to production.`,
      ...(draft.processes.web === undefined
        ? []
        : [`Visitors find them at staging.${project}.localhost and ${project}.localhost.`]),
      ...secretsToSet(draft),
    ],
  }
}

/** The first that knows the repository. */
const detectors: readonly Detector[] = [detectDjango, detectRails, detectNode, detectProcfile, detectDockerfile]

function draftOf(files: Files): Draft {
  for (const detect of detectors) {
    const draft = detect(files)
    if (draft !== null) return detect === detectProcfile ? draft : withProcfile(draft, files)
  }
  return {
    ...blank,
    processes: { web: { command: './start' } },
    guesses: [
      'Nothing was recognised (no manage.py, Gemfile with rails beside a config.ru, package.json with something to start, Procfile or Dockerfile): put the command that starts the app in the place of ./start. It has to listen where the variable PORT says.',
    ],
  }
}

function withDockerfile(draft: Draft, files: Files): Draft {
  if (!has(files, 'Dockerfile') || draft.guesses.some((sentence) => sentence.includes('Dockerfile'))) return draft
  const sentence =
    'The Dockerfile is not used: images need a container engine, and this app is run on the machine itself.'
  return { ...draft, guesses: [...draft.guesses, sentence] }
}

function secretsToSet({ variables }: Draft): readonly string[] {
  const names = Object.entries(variables).flatMap(([name, kind]) =>
    kind === 'secret' || kind === 'required' ? [name] : [],
  )
  if (names.length === 0) return []
  return [`Before the first deployment, ${names.join(', ')} must be set in each environment, with "signalbox env set".`]
}

/** Letters, digits and "-", starting with a letter; short enough to be part of a host name. */
function projectName(given: string): string {
  const plain = given
    .normalize('NFKD')
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const name = /^[a-z]/.test(plain) && !plain.startsWith('x-') && plain !== 'constructor' ? plain : `app-${plain}`
  return name.slice(0, 40).replace(/-+$/, '')
}
