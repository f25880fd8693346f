import { dirname, join } from 'node:path'
import { exists } from '../system/files.ts'
import { linkTarget } from '../system/links.ts'
import type { Places } from './workspace.ts'

/**
 * Has a program see programs, the workspace of its own job, and nothing else of this machine: no other file, no other
 * process, and without a network nobody to talk to. By bubblewrap, with which Flatpak does the same.
 */
export interface Sandbox {
  readonly places: Places
  /** Folders of programs besides the usual ones. */
  readonly toolPath: readonly string[]
  readonly network: boolean
  readonly system: SystemPaths
}

/** What of the system is here to be shown. */
export interface SystemPaths {
  readonly files: readonly string[]
  /** Links at the root, such as `/bin` to `usr/bin`. */
  readonly links: readonly { readonly path: string; readonly to: string }[]
}

/** Files of a step besides the workspace: one to read, one to write in place. */
export interface StepFiles {
  readonly script: string
  readonly output: string
}

/** What programs need of a system, and no secret is in. */
const systemFiles = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/etc/alternatives', '/etc/ca-certificates', '/etc/group'],
  ...['/etc/hosts', '/etc/ld.so.cache', '/etc/localtime', '/etc/mime.types', '/etc/nsswitch.conf', '/etc/passwd'],
  ...['/etc/ssl/certs'],
]

const networkFiles = ['/etc/resolv.conf', '/etc/services', '/etc/protocols']

export async function systemPaths(): Promise<SystemPaths> {
  const files: string[] = []
  const links: { path: string; to: string }[] = []
  for (const path of systemFiles) {
    const to = dirname(path) === '/' ? await linkTarget(path) : null
    if (to !== null) links.push({ path, to })
    else if (await exists(path)) files.push(path)
  }
  return { files, links }
}

export function sandboxWords(argv: readonly string[], sandbox: Sandbox, files: StepFiles | null): readonly string[] {
  const { places, toolPath, network, system } = sandbox
  // Programs keep what they need beside them; nothing else of the folder above is shown.
  const tools = toolPath.flatMap((path) => [path, join(dirname(path), 'lib')])
  const shown = [...system.files, ...tools, ...(network ? networkFiles : [])]
  return [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--hostname', 'sandbox'],
    ...(network ? ['--share-net'] : []),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/run', '--dir', '/var/tmp'],
    ...shown.flatMap((path) => ['--ro-bind-try', path, path]),
    ...system.links.flatMap(({ path, to }) => ['--symlink', to, path]),
    ...[places.workspace, places.home, places.temporary].flatMap((path) => ['--bind', path, path]),
    ...(files === null ? [] : ['--ro-bind', files.script, files.script, '--bind', files.output, files.output]),
    '--',
    ...argv,
  ]
}
