import { commitFormat, logFormat } from './answers.ts'

/**
 * What we say to git, as words; nothing here runs anything. Every call names its repository with `--git-dir`, so git
 * never looks for one, and every value that came from outside stands after `--end-of-options`.
 */

/** Full object names only: an abbreviation means something else tomorrow. */
export function isFullSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/** Nothing of the machine's or a person's git settings, no hooks, no questions, no transport but what is named. */
export function gitEnvironment(options: { readonly env: Env; readonly protocols: readonly string[] }): Env {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...options.env,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: options.protocols.join(':'),
    ...asEnvironment(safety),
  }
}

export type Env = Readonly<Record<string, string>>

/** Over anything a repository's own file could say. */
const safety: Env = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'protocol.ext.allow': 'never',
  'safe.directory': '*',
  'credential.helper': '',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'maintenance.auto': 'false',
  'receive.autogc': 'false',
}

function asEnvironment(settings: Env): Env {
  const entries = Object.entries(settings)
  const numbered = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(numbered) }
}

/** Hidden from everybody: refs that hold commits which no branch holds any more. */
export const keepRefs = 'refs/signalbox/keep'

/** The configuration every repository of ours has; nobody else writes it. */
export const repositoryConfig = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = false
\tfsync = committed,reference
[receive]
\tdenyNonFastForwards = false
\tdenyDeletes = false
\tdenyDeleteCurrent = ignore
\tfsckObjects = true
\tadvertisePushOptions = false
\tautogc = false
\tmaxInputSize = 2g
${tolerated('receive')}[fetch]
\tfsckObjects = true
${tolerated('fetch')}[transfer]
\thideRefs = refs/signalbox
[uploadpack]
\tallowFilter = true
[http]
\treceivepack = true
\tgetanyfile = false
[gc]
\tauto = 2000
\tautoDetach = false
\tpruneExpire = 2.weeks.ago
`

/** Faults of old and honest histories that harm nobody; without these, they could not be pushed. */
function tolerated(section: 'receive' | 'fetch'): string {
  const faults = ['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode']
  return `[${section} "fsck"]\n${faults.map((fault) => `\t${fault} = ignore\n`).join('')}`
}

export const words = {
  version: ['git', 'version'],
  init: (dir: string) => [
    'git',
    'init',
    '--quiet',
    '--bare',
    '--template=',
    '--initial-branch=main',
    '--end-of-options',
    dir,
  ],
  refs: (dir: string) => [
    ...inside(dir),
    'for-each-ref',
    '--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)',
    'refs/heads',
    'refs/tags',
    'refs/for',
  ],
  peel: (dir: string, sha: string) => [
    ...inside(dir),
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${sha}^{commit}`,
  ],
  object: (dir: string, name: string) => [...inside(dir), 'rev-parse', '--verify', '--quiet', '--end-of-options', name],
  /** What an object is; it stands on stdin. */
  look: (dir: string) => [...inside(dir), 'cat-file', '--batch-check'],
  commits: (dir: string, { from, to, limit }: Range) => [
    ...inside(dir),
    'log',
    '-z',
    `--max-count=${limit}`,
    '--encoding=UTF-8',
    `--format=${commitFormat}`,
    '--end-of-options',
    to,
    ...(from === null ? [] : [`^${from}`]),
    '--',
  ],
  log: (dir: string, range: Range) => [...inside(dir), 'log', '--first-parent', ...entries(range)],
  between: (dir: string, range: Range) => [...inside(dir), 'log', ...entries(range)],
  /** The object stands on stdin; git says its name. Git looks at what it is, so that nothing broken is stored. */
  store: (dir: string, type: 'blob' | 'tag' | 'commit') => [...inside(dir), 'hash-object', '-w', '-t', type, '--stdin'],
  /** Entries of one folder, from `<sha>:<folder>`. */
  folder: (dir: string, tree: string) => [...inside(dir), 'ls-tree', '-z', '--full-tree', '--end-of-options', tree],
  /** The entries stand on stdin as `folder` prints them. */
  makeFolder: (dir: string) => [...inside(dir), 'mktree', '-z'],
  entry: (dir: string, sha: string, path: string) => [
    ...inside(dir),
    'ls-tree',
    '-z',
    '-l',
    '--full-tree',
    '--end-of-options',
    sha,
    path,
  ],
  /** An object as it is. */
  text: (dir: string, sha: string) => [...inside(dir), 'cat-file', '-p', '--end-of-options', sha],
  /** The tree of a merge, or the names of the files in which both changed the same. */
  mergeTrees: (dir: string, ours: string, theirs: string) => [
    ...inside(dir),
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--no-messages',
    '--end-of-options',
    ours,
    theirs,
  ],
  blob: (dir: string, sha: string) => [...inside(dir), 'cat-file', 'blob', sha],
  allPaths: (dir: string, sha: string) => [
    ...inside(dir),
    'ls-tree',
    '-r',
    '-z',
    '--name-only',
    '--full-tree',
    '--end-of-options',
    sha,
  ],
  changedPaths: (dir: string, from: string, to: string) => [
    ...inside(dir),
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--no-commit-id',
    '--end-of-options',
    from,
    to,
    '--',
  ],
  isAncestor: (dir: string, ancestor: string, descendant: string) => [
    ...inside(dir),
    'merge-base',
    '--is-ancestor',
    '--end-of-options',
    ancestor,
    descendant,
  ],
  fetch: (dir: string, from: string) => [
    ...inside(dir),
    'fetch',
    '--quiet',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-recurse-submodules',
    '--no-tags',
    '--atomic',
    '--end-of-options',
    from,
    '+refs/heads/*:refs/heads/*',
    '+refs/tags/*:refs/tags/*',
  ],
  remoteHead: (from: string) => ['git', 'ls-remote', '--quiet', '--symref', '--end-of-options', from, 'HEAD'],
  setHead: (dir: string, branch: string) => [...inside(dir), 'symbolic-ref', 'HEAD', branch],
  /** Refs to write stand on stdin. */
  updateRefs: (dir: string) => [...inside(dir), 'update-ref', '--stdin', '-z'],
  collect: (dir: string) => [...inside(dir), 'gc', '--auto', '--quiet'],
  /** Every ref there is, ours too. */
  allRefs: (dir: string) => [...inside(dir), 'for-each-ref', '--format=%(objectname) %(refname)'],
  head: (dir: string) => [...inside(dir), 'symbolic-ref', 'HEAD'],
  /** The whole repository in one file: refs, and all that they reach. */
  bundle: (dir: string, file: string) => [...inside(dir), 'bundle', 'create', '--quiet', file, '--all'],
  unbundle: (dir: string, file: string) => [
    ...inside(dir),
    'fetch',
    '--quiet',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-tags',
    '--atomic',
    '--end-of-options',
    file,
    '+refs/*:refs/*',
  ],
  backend: ['git', 'http-backend'],
} as const

interface Range {
  readonly from: string | null
  readonly to: string
  readonly limit: number
}

function entries({ from, to, limit }: Range): readonly string[] {
  return [
    ...['-z', '--diff-merges=first-parent', '--name-only', '--no-renames'],
    ...[`--max-count=${limit}`, '--encoding=UTF-8', `--format=${logFormat}`],
    ...['--end-of-options', to, ...(from === null ? [] : [`^${from}`]), '--'],
  ]
}

function inside(dir: string): readonly string[] {
  return ['git', `--git-dir=${dir}`]
}
