import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFile } from '../../system/own-files.ts'
import { runText } from '../../system/process.ts'

/** One commit of the sample shop, and what becomes of it when it is pushed. */
export interface ShopCommit {
  readonly version: ShopVersion
  readonly sha: string
  readonly title: string
}

export const shopVersions = ['v1', 'v2', 'v3', 'v4'] as const

/**
 * v1 opens the shop; v2 is a change that can be seen, with a migration; v3 waits for a setting nobody made and never
 * becomes healthy; one of v4's tests fails.
 */
export type ShopVersion = (typeof shopVersions)[number]

const shopExample = ownFile('../examples/shop')

export interface MakeShop {
  /** An empty or missing folder: the repository's working tree. */
  readonly directory: string
  readonly path: string
  readonly signal: AbortSignal
}

/** Makes a git repository with the shop's history on `main`. The same files always give the same commits. */
export async function makeShop(make: MakeShop): Promise<readonly ShopCommit[]> {
  const git = gitIn(make)
  await cp(join(shopExample, 'app'), make.directory, { recursive: true })
  // npm leaves files of this name out of packages, so it travels under another.
  await rename(join(make.directory, 'gitignore'), join(make.directory, '.gitignore'))
  await git(['init', '--quiet', '--initial-branch=main', '--template='])
  await git(['add', '--all'])
  await git(['commit', '--quiet', '--message=Open the shop'])
  const patches = shopVersions.slice(1).map((version) => join(shopExample, 'history', `${version}.patch`))
  await git(['am', '--quiet', '--committer-date-is-author-date', ...patches])
  const log = await git(['log', '--reverse', '--format=%H %s'])
  const lines = log.trim().split('\n')
  return shopVersions.map((version, index) => {
    const [sha = '', ...title] = (lines[index] ?? '').split(' ')
    return { version, sha, title: title.join(' ') }
  })
}

/** Git with nothing of this machine's or this person's configuration, so that hooks, signing and line ends stay out of it. */
function gitIn({ directory, path, signal }: MakeShop): (words: readonly string[]) => Promise<string> {
  const opened = '2025-03-03T09:00:00Z'
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Ada Teapot'],
    [`GIT_${role}_EMAIL`, 'ada@shop.example'],
    [`GIT_${role}_DATE`, opened],
  ])
  const env = { PATH: path, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(who) }
  return (words) => runText({ argv: ['git', '-C', directory, ...words], env, limitMs: 30_000, signal })
}
