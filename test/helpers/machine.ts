import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { instanceMarks } from '../../src/host/marks.ts'
import { silent } from '../../src/lib/log.ts'
import { systemClock } from '../../src/system/clock.ts'
import { findByMarks, type ProcessInfo } from '../../src/system/proc.ts'
import { bareRouting, type InstanceSpec, type Order, type Routing } from '../../src/targets/driver.ts'
import { type LocalDriver, type LocalOptions, localDriver } from '../../src/targets/local/driver.ts'
import { askHost } from '../../src/targets/local/host-client.ts'
import { type PackedRelease, packApp } from './host-app.ts'
import { type Load, startLoad } from './load.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

/** A real host on this machine, in a directory of its own, and hands that break it. */
export interface Machine extends AsyncDisposable {
  readonly dir: string
  readonly options: LocalOptions
  readonly driver: LocalDriver
  readonly track: string
  readonly host: string
  /** `HOST:PORT` of its edge. */
  readonly address: string
  order(): Order
  release(version: string): Promise<PackedRelease>
  routing(specs: readonly InstanceSpec[]): Routing
  hostPid(): Promise<number>
  edgePids(): Promise<readonly number[]>
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(pid: number): Promise<void>
  /** What runs of this instance, its main process first. */
  processesOf(instance: string): Promise<readonly ProcessInfo[]>
  visit(path?: string): Promise<{ status: number; body: string }>
  load(ratePerS: number): Load
}

/** Shared by all machines of all tests: a host is there in half the time. */
export const compileCache = join(tmpdir(), 'signalbox-test-cache')

const never = new AbortController().signal

export async function machine(changes: Partial<LocalOptions> = {}): Promise<Machine> {
  const temporary = await tempDir()
  const releases = new Map<string, Promise<PackedRelease>>()
  const archives = new Map<string, string>()
  const dir = changes.dir ?? join(temporary.path, 'host')
  const first = 22_000 + (process.pid % 60) * 100
  const options: LocalOptions = {
    ...{ dir, listen: '127.0.0.1:0', clock: systemClock, log: silent, ports: `${first}-${first + 99}` },
    compileCache,
    artifactPath: (digest) => archives.get(digest) ?? '/nowhere',
    ...changes,
  }
  const driver = localDriver(options)
  const address = await driver.address(never)
  const [name = '', port = ''] = address.split(':')
  const track = 'shop/web/production'
  const host = 'shop.example.test'
  let number = 0
  return {
    ...{ dir, options, driver, track, host, address },
    order: () => ({ track, number: ++number }),
    release: async (version) => {
      const packed = releases.get(version) ?? packApp(temporary.path, version)
      releases.set(version, packed)
      const release = await packed
      archives.set(release.digest, release.archive)
      return release
    },
    routing: (specs) => {
      const release = specs[0]?.release ?? { digest: '0'.repeat(64), version: '', commit: '', app: '' }
      const instances = specs.map((spec) => spec.name)
      return {
        ...bareRouting,
        hosts: [host],
        port: null,
        deployment: 'd1',
        release,
        environment: 'production',
        instances,
      }
    },
    hostPid: async () => (await askHost({ dir, verb: 'hello', ask: null }, never)).pid,
    edgePids: async () => (await edges(dir)).map((info) => info.pid),
    kill: async (pid) => {
      process.kill(pid, 'SIGKILL')
      await waitFor(`${pid} is gone`, () => isGone(pid))
    },
    processesOf: async (instance) => findByMarks(instanceMarks(await hostId(dir), instance)),
    visit: (path = '/') => exchange(name, Number(port), { host, path }),
    load: (ratePerS) => {
      const shape = { weight: 1, headers: {}, leaveAfterMs: null, latencyCounts: true } as const
      const mix = [
        { ...shape, name: 'kept', method: 'GET', path: '/', body: null, keepAlive: true },
        { ...shape, name: 'fresh', method: 'GET', path: '/', body: null, keepAlive: false },
        { ...shape, name: 'post', method: 'POST', path: '/?takes=20', body: 'x=1', keepAlive: true },
      ] as const
      const at = { host: name, port: Number(port), hostHeader: host }
      return startLoad({ ...at, ratePerS, mix, durationMs: 120_000, timeoutMs: 10_000 }, systemClock)
    },
    async [Symbol.asyncDispose]() {
      await driver.address(never)
      await driver.shutdown(0, never)
      await temporary[Symbol.asyncDispose]()
    },
  }
}

export async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null)
  return stat === null || /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

async function hostId(dir: string): Promise<string> {
  return JSON.parse(await readFile(join(dir, 'identity.json'), 'utf8')).hostId
}

async function edges(dir: string): Promise<readonly ProcessInfo[]> {
  const id = await hostId(dir)
  const found = await Promise.all(['edge-1', 'edge-2'].map((edge) => findByMarks({ SIGNALBOX_EDGE: `${id}/${edge}` })))
  return found.flat()
}

async function exchange(
  address: string,
  port: number,
  { host, path }: { host: string; path: string },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: address, port, path, headers: { host }, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body })).on('error', reject)
    })
    outgoing.on('error', reject).end()
  })
}
