import assert from 'node:assert/strict'
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { after } from 'node:test'
import { type PackedRelease, packApp, specOf } from '../../../test/helpers/host-app.ts'
import { compileCache } from '../../../test/helpers/machine.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { folderName } from '../../host/layout.ts'
import { instanceMarks } from '../../host/marks.ts'
import { sha256 } from '../../lib/hash.ts'
import { silent } from '../../lib/log.ts'
import { systemClock } from '../../system/clock.ts'
import { findByMarks } from '../../system/proc.ts'
import { conformance } from '../conformance.ts'
import type { InstanceSpec, OneOff } from '../driver.ts'
import type { Harness, OneOffWish, ReleaseKind, Visit, VisitWish } from '../harness.ts'
import { type LocalOptions, localDriver } from './driver.ts'

/** How the app behaves, by the release it comes from. */
const moods: Readonly<Record<ReleaseKind, Readonly<Record<string, string>>>> = {
  good: {},
  better: {},
  slow: { SLOW: '500' },
  'never-healthy': { NEVER: '1' },
  exits: { EXITS: '1' },
  missing: {},
  damaged: {},
}

const scripts: Readonly<Record<OneOffWish['kind'], string>> = {
  says: 'echo one; echo two; echo three >&2',
  fails: 'exit 3',
  sleeps: 'echo asleep; sleep 60',
  naps: 'echo asleep; sleep 0.5; echo awake',
  talks: 'size() { stty size | tr " " x; }; size; while read -r line; do echo "heard $line at $(size)"; done; exit 4',
}

const never = new AbortController().signal
const dir = await tempDir()
const releases = new Map<ReleaseKind, PackedRelease>()
const packing = new Map<ReleaseKind, Promise<PackedRelease>>()
const options: LocalOptions = {
  dir: join(dir.path, 'host'),
  listen: '127.0.0.1:0',
  ports: '21000-21999',
  compileCache,
  artifactPath: (digest) => [...releases.values()].find((release) => release.digest === digest)?.archive ?? '/nowhere',
  clock: systemClock,
  log: silent,
}
const driver = localDriver(options)
const address = await driver.address(never)
await mkdir(join(dir.path, 'runs'))

after(async () => {
  await driver.shutdown(0, never)
  await dir[Symbol.asyncDispose]()
})

conformance('local', fresh, { concurrency: 4 })

/** All cases share the machine; what a case has started ends with it. */
async function fresh(): Promise<Harness> {
  const started = new Map<string, InstanceSpec>()
  return {
    driver,
    clock: systemClock,
    again: async () => localDriver(options),
    release,
    spec: (wish) => {
      const spec = specOf(wish.release, { ...wish, env: moods[kindOf(wish.release.digest)], health: wish.health })
      started.set(wish.name, { ...spec, ...wish })
      return { ...spec, ...wish }
    },
    oneOff,
    executions: async (name) => {
      const text = await readFile(join(dir.path, 'runs', name), 'utf8').catch(() => '')
      return text.split('\n').length - 1
    },
    visit,
    crash: (instance) => signal(instance, 'SIGKILL'),
    freeze: (instance) => signal(instance, 'SIGSTOP'),
    thaw: (instance) => signal(instance, 'SIGCONT'),
    unpacked: (track) => readdir(join(options.dir, 'releases', folderName(track))).catch(() => []),
    [Symbol.asyncDispose]: () => removeAll([...started.values()]),
  }
}

async function removeAll(specs: readonly InstanceSpec[]): Promise<void> {
  const number = Number.MAX_SAFE_INTEGER
  const stop = { signal: 'SIGTERM', graceMs: 0, drainMs: 0 } as const
  await Promise.all(specs.map(({ track, name }) => driver.remove([{ name, stop }], { track, number }, never)))
}

function oneOff({ kind, name, track, release: of, timeoutMs }: OneOffWish): OneOff {
  const runs = join(dir.path, 'runs', name)
  return {
    ...{ name, track, release: of, timeoutMs, directory: '.', shared: [] },
    argv: ['/bin/sh', '-c', `echo run >> "$1"; ${scripts[kind]}`, 'sh', runs],
    env: { PATH: '/usr/bin:/bin' },
  }
}

function release(kind: ReleaseKind): Promise<PackedRelease> {
  const known = packing.get(kind) ?? pack(kind)
  packing.set(kind, known)
  return known
}

async function pack(kind: ReleaseKind): Promise<PackedRelease> {
  const packed = await packApp(dir.path, kind)
  const made = kind === 'missing' ? { ...packed, digest: sha256(kind), archive: join(dir.path, 'no.tar') } : packed
  if (kind === 'damaged') await appendFile(packed.archive, 'x')
  releases.set(kind, made)
  return made
}

function kindOf(digest: string): ReleaseKind {
  const found = [...releases].find(([, known]) => known.digest === digest)
  return found?.[0] ?? assert.fail(`no release ${digest}`)
}

async function signal(instance: string, name: NodeJS.Signals): Promise<void> {
  const { hostId } = JSON.parse(await readFile(join(options.dir, 'identity.json'), 'utf8'))
  const marked = await findByMarks(instanceMarks(hostId, instance))
  const main = marked.find((info) => info.session === info.pid) ?? assert.fail(`${instance} does not run`)
  process.kill(main.pid, name)
}

/** Every visitor comes on a connection of his own. */
async function visit(host: string, { takesMs, status }: VisitWish = {}): Promise<Visit> {
  const query = new URLSearchParams({
    ...(takesMs && { takes: String(takesMs) }),
    ...(status && { status: String(status) }),
  })
  const [name, port] = address.split(':')
  const { promise, resolve } = Promise.withResolvers<Visit>()
  const broken = () => resolve({ status: 0, digest: null, instance: null })
  const headers = { host }
  const outgoing = request({ host: name, port, path: `/?${query}`, headers, agent: false }, (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    answer.on('error', broken)
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, ...saidBy(text) }))
  })
  outgoing.on('error', broken).end()
  return promise
}

function saidBy(text: string): { digest: string | null; instance: string | null } {
  try {
    const { digest = null, instance = null } = JSON.parse(text)
    return { digest, instance }
  } catch {
    return { digest: null, instance: null }
  }
}
