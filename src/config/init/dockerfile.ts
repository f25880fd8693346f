import { blank, type Draft } from './draft.ts'
import { type Files, has, read } from './files.ts'

/** A Dockerfile and nothing else that tells how the app runs. */
export function detectDockerfile(files: Files): Draft | null {
  if (!has(files, 'Dockerfile')) return null
  const { command, port } = readDockerfile(read(files, 'Dockerfile'))
  return {
    ...blank,
    processes: { web: { command: command ?? './start' } },
    guesses: [
      command === null
        ? 'Found a Dockerfile without CMD: put the command that starts the app in the place of ./start.'
        : 'Found a Dockerfile: its CMD is the web process.',
      'Images need a container engine (swarm, ecs, nomad, kubernetes, …). On the target "local" the command runs on this machine itself, so what the Dockerfile installs has to be there, or in a build step.',
      port === null
        ? 'The app has to listen where the variable PORT says.'
        : `The Dockerfile exposes port ${port}; here the app has to listen where the variable PORT says instead.`,
    ],
    comments: { processes: 'For a container engine, add: image: REGISTRY/NAME' },
  }
}

export interface Dockerfile {
  readonly command: string | readonly string[] | null
  readonly port: number | null
}

/** What the last stage runs and exposes. */
export function readDockerfile(text: string): Dockerfile {
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)
  const start = lines.findLastIndex((line) => /^\s*FROM\s/i.test(line))
  const stage = lines.slice(Math.max(start, 0))
  const last = (instruction: string) =>
    stage.flatMap((line) => new RegExp(`^\\s*${instruction}\\s+(\\S.*)$`, 'i').exec(line)?.[1]?.trim() ?? []).at(-1) ??
    null
  const port = /^(\d+)/.exec(last('EXPOSE') ?? '')?.[1]
  return { command: combined(last('ENTRYPOINT'), last('CMD')), port: port === undefined ? null : Number(port) }
}

/** As Docker puts them together: words of both, or a shell line; a shell ENTRYPOINT takes no CMD. */
function combined(entrypoint: string | null, cmd: string | null): string | readonly string[] | null {
  const entry = entrypoint === null ? null : wordsOf(entrypoint)
  const command = cmd === null ? null : wordsOf(cmd)
  if (entry === null) return command
  if (typeof entry === 'string' || command === null) return entry
  return typeof command === 'string' ? [...entry, '/bin/sh', '-c', command] : [...entry, ...command]
}

function wordsOf(text: string): string | readonly string[] {
  if (!text.startsWith('[')) return text
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string') ? words : text
  } catch (error) {
    // Docker takes what is not JSON as a line for the shell, and so do we.
    if (error instanceof SyntaxError) return text
    throw error
  }
}
