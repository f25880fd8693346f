import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { HealthSpec } from '../../src/domain/spec.ts'
import { sha256 } from '../../src/lib/hash.ts'
import type { InstanceSpec, ReleaseOnTarget } from '../../src/targets/driver.ts'

const run = promisify(execFile)

export interface PackedRelease extends ReleaseOnTarget {
  /** Where its tar archive is. */
  readonly archive: string
}

/** Packs test/fixtures/host/app.mjs as a release; another version is another digest. */
export async function packApp(dir: string, version = '1'): Promise<PackedRelease> {
  const source = join(dir, `app-${version}`)
  await mkdir(source, { recursive: true })
  await copyFile(join(import.meta.dirname, '../fixtures/host/app.mjs'), join(source, 'app.mjs'))
  await writeFile(join(source, 'version'), version)
  const archive = join(dir, `app-${version}.tar`)
  await run('tar', ['-c', '-f', archive, '-C', source, '.'])
  const digest = sha256(await readFile(archive))
  return { digest, version, commit: '0'.repeat(40), app: 'web', archive }
}

export interface Wish {
  readonly name?: string
  readonly track?: string
  readonly env?: Readonly<Record<string, string>>
  readonly argv?: readonly string[]
  readonly health?: Partial<HealthSpec>
  readonly graceMs?: number
  readonly drainMs?: number
  readonly shared?: readonly string[]
  readonly routed?: boolean
}

/** A spec of one instance of it. */
export function specOf(release: ReleaseOnTarget, wish: Wish = {}): InstanceSpec {
  const { name = 'd1-web-1', track = 'shop/web/production', graceMs = 3000, drainMs = 3000 } = wish
  return {
    ...{ name, track, deployment: name.split('-')[0] ?? 'd1', process: name.split('-')[1] ?? 'web' },
    release: { digest: release.digest, version: release.version, commit: release.commit, app: release.app },
    argv: wish.argv ?? [process.execPath, 'app.mjs'],
    env: { PATH: '/usr/bin:/bin', DIGEST: release.digest, ...wish.env },
    directory: '.',
    shared: wish.shared ?? [],
    health: {
      ...{ probe: { kind: 'http', path: '/health', host: null, expect: [200] }, startPeriodMs: 10_000 },
      ...{ intervalMs: 100, timeoutMs: 1000, passes: 1, failures: 2 },
      ...wish.health,
    },
    stop: { signal: 'SIGTERM', graceMs, drainMs },
    routed: wish.routed ?? true,
  }
}
