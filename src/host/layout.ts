import { join } from 'node:path'
import { sha256 } from '../lib/hash.ts'
import { controlSocket } from './protocol.ts'

/** Where everything of one host lies. Everything under `dir` can be rebuilt but `shared` and `backups`, the apps' own data, and `files`. */
export interface Layout {
  readonly dir: string
  readonly lock: string
  readonly socket: string
  readonly listen: string
  readonly identity: string
  readonly instances: string
  readonly oneOffs: string
  readonly tracks: string
  readonly edges: string
  readonly allReleases: string
  instance(name: string): string
  oneOff(name: string): string
  track(track: string): string
  /** Every unpacked release of a track has a folder in here, named by its digest. */
  releases(track: string): string
  shared(track: string): string
  /** Static files of all releases of a track, where its policy is to share them. */
  files(track: string): string
  /** Backups of a track's database. They outlive its releases. */
  backups(track: string): string
  logs(track: string): string
  log(track: string, instance: string): string
  /** A link to the release that an instance works in, where that may change under its process. */
  current(instance: string): string
}

export function layoutOf(dir: string): Layout {
  const within = (folder: string) => (name: string) => join(dir, folder, folderName(name))
  return {
    dir,
    lock: join(dir, 'lock'),
    socket: join(dir, controlSocket),
    listen: join(dir, 'listen.json'),
    identity: join(dir, 'identity.json'),
    instances: join(dir, 'instances'),
    oneOffs: join(dir, 'one-offs'),
    tracks: join(dir, 'tracks'),
    edges: join(dir, 'edges'),
    allReleases: join(dir, 'releases'),
    instance: (name) => `${within('instances')(name)}.json`,
    oneOff: within('one-offs'),
    track: within('tracks'),
    releases: within('releases'),
    shared: within('shared'),
    files: within('files'),
    backups: within('backups'),
    logs: within('logs'),
    current: within('current'),
    log: (track, instance) => join(within('logs')(track), `${folderName(instance)}.log`),
  }
}

/**
 * Any text as one name of a file, different texts as different names: `shop/web/production` becomes
 * `shop+web+production`, what is not plain is spelt out in hex, and what is too long for a file name ends in its hash.
 */
export function folderName(text: string): string {
  const spelt = text.replace(/[^A-Za-z0-9._/-]/gu, spell).replaceAll('/', '+')
  const name = spelt.startsWith('.') || spelt === '' ? `=${spelt}` : spelt
  return name.length <= 150 ? name : `${name.slice(0, 80)}=${sha256(text)}`
}

function spell(character: string): string {
  return [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join('')
}
