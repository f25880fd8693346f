import { execFile } from 'node:child_process'
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { tempDir } from './temp-dir.ts'

/** A file's text; its bytes; `{ link }` for a symbolic link, `{ script }` for an executable; null takes it away. */
export type FileContent = string | Uint8Array | { readonly link: string } | { readonly script: string } | null

export interface TestRepository extends AsyncDisposable {
  /** The folder with the files. */
  readonly path: string
  /** The bare-repository view of it: what Signalbox is given. */
  readonly gitDir: string
  /** Commits these files on top of what is there and gives the full SHA. */
  commit(files: Readonly<Record<string, FileContent>>, message?: string): Promise<string>
  /** Runs git here and gives what it printed, trimmed. */
  git(...words: string[]): Promise<string>
}

const run = promisify(execFile)

/** A real git repository in a temporary directory, untouched by the settings of whoever runs the tests. */
export async function repository(): Promise<TestRepository> {
  const dir = await tempDir()
  const path = join(dir.path, 'repository')
  await mkdir(path)
  const git = async (...words: string[]) => {
    const { stdout } = await run('git', words, {
      cwd: path,
      env: gitEnvironment(dir.path),
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout.trim()
  }
  await git('init', '--quiet', '--initial-branch=main')
  const commit: TestRepository['commit'] = async (files, message = 'change') => {
    for (const [name, content] of Object.entries(files)) await put(join(path, name), content)
    await git('add', '--all')
    await git('commit', '--quiet', '--allow-empty', `--message=${message}`)
    return git('rev-parse', 'HEAD')
  }
  return { path, gitDir: join(path, '.git'), commit, git, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() }
}

/** For tests that call git themselves, in folders of their own. */
export function gitEnvironment(home: string): Record<string, string> {
  const person = { NAME: 'Test Person', EMAIL: 'test@example.com', DATE: '2026-01-02T03:04:05Z' }
  const both = Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ])
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(both),
  }
}

async function put(path: string, content: FileContent): Promise<void> {
  if (content === null) return rm(path, { recursive: true, force: true })
  await mkdir(dirname(path), { recursive: true })
  if (typeof content === 'string' || content instanceof Uint8Array) return writeFile(path, content)
  if ('link' in content) return symlink(content.link, path)
  await writeFile(path, content.script)
  await chmod(path, 0o755)
}
