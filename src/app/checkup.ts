import { apiClient } from '../api/client.ts'
import type { ServerConfig } from '../config/server.ts'
import {
  addressLine,
  backupLine,
  type CheckupLine,
  edgeLine,
  gitLine,
  holderLine,
  modesLine,
  nodeLine,
  outboxLine,
  spaceLine,
  type Tried,
  targetLine,
} from '../domain/checkup.ts'
import type { BackupsSeen } from '../domain/server-backup.ts'
import { withLimit } from '../engine/limit.ts'
import { targetsTried } from '../engine/targets.ts'
import { messageOf } from '../lib/fault.ts'
import { assertGit } from '../sources/git/repository.ts'
import { systemClock } from '../system/clock.ts'
import { exists, freeBytes, modeOf } from '../system/files.ts'
import { httpGet } from '../system/http-get.ts'
import { connectOnce, hostAndPort } from '../system/ports.ts'
import { deskOf } from './backups/desk.ts'
import { type DataPaths, dataPaths, holderOf } from './data-directory.ts'
import type { Assembled } from './engine-parts.ts'
import { gitEnvironment } from './environment.ts'
import { secretFilesIn } from './providers.ts'
import { assertSpace } from './space.ts'
import { storedLines, storedLinesAside } from './stored-lines.ts'

const answerMs = 5_000

export interface Examined {
  readonly data: DataPaths
  readonly config: ServerConfig
  readonly assembled: Assembled
  readonly baseUrl: string
  readonly backups: { seen(): Promise<BackupsSeen> }
}

/** A server looks at itself: its machine, what it keeps, and everybody it has to reach. */
export async function checkup(examined: Examined, signal: AbortSignal): Promise<readonly CheckupLine[]> {
  const { data, config, assembled, baseUrl } = examined
  const { store } = assembled.parts
  const now = assembled.parts.time.now()
  const oldest = store.outbox.oldestDue(now)
  return [
    ...(await machineLines(data, config)),
    ...(await storedLinesAside(data.database, signal)),
    backupLine(await tried(() => examined.backups.seen()), systemClock.now()),
    outboxLine(store.outbox.length(), oldest === null ? null : now - oldest.dueAt),
    addressLine(baseUrl, await tried(() => answersAsUs(examined, signal))),
    edgeLine(await tried(() => edgeAnswers(examined, signal))),
    ...(await targetsTried(assembled.parts, signal)).map(targetLine),
  ]
}

/** The same of a server that may not run, by somebody on its machine. */
export async function checkupOnMachine(config: ServerConfig): Promise<readonly CheckupLine[]> {
  const data = dataPaths(config.dataDirectory)
  const isThere = await tried(() => exists(data.path))
  if (!('value' in isThere) || !isThere.value) {
    const problem = 'problem' in isThere ? isThere.problem : 'there is no such folder'
    return [...(await programLines()), spaceLine(data.path, { problem })]
  }
  const { host, port } = config.listen
  const isTaken = 'value' in (await tried(() => limited((signal) => connectOnce(port, signal))))
  return [
    holderLine(await tried(() => holderOf(data)), { address: `${host}:${port}`, isTaken }),
    ...(await machineLines(data, config)),
    ...storedLines(data.database),
    backupLine(await tried(() => deskOf(config, '').seen()), systemClock.now()),
  ]
}

async function machineLines(data: DataPaths, config: ServerConfig): Promise<readonly CheckupLine[]> {
  const space = async () => {
    await assertSpace(data.path)
    return await freeBytes(data.path)
  }
  const own = [data.path, data.adminToken, config.keyFile ?? data.secretKey, config.smtpPasswordFile]
  const secret = [...own, ...(await secretFilesIn(config.providersFile))]
  const files = secret
    .filter((path) => path !== null)
    .map(async (path) => {
      const mode = await tried(() => modeOf(path))
      // What we may not even look at, nobody else may read either.
      return { path, mode: 'value' in mode ? mode.value : null }
    })
  return [...(await programLines()), spaceLine(data.path, await tried(space)), modesLine(await Promise.all(files))]
}

async function programLines(): Promise<readonly CheckupLine[]> {
  return [nodeLine(process.version), gitLine(await tried(() => assertGit({ env: gitEnvironment() })))]
}

/** Whether this server answers where people are sent. */
async function answersAsUs({ baseUrl, assembled }: Examined, signal: AbortSignal): Promise<boolean> {
  const client = apiClient({ url: baseUrl, token: '', clock: systemClock, signal, limitMs: answerMs })
  const { name, version } = await client.call('version')
  return name === 'signalbox' && version === assembled.version
}

/** Any answer will do: nobody is at home under this name. */
async function edgeAnswers({ assembled }: Examined, signal: AbortSignal): Promise<string> {
  const edge = await limited((own) => assembled.local.address(own), signal)
  const { host: address, port } = hostAndPort(edge)
  await limited((own) => httpGet({ address, port, path: '/', headers: { host: 'checkup.invalid' } }, own), signal)
  return edge
}

function limited<T>(work: (signal: AbortSignal) => Promise<T>, signal = new AbortController().signal): Promise<T> {
  return withLimit({ clock: systemClock, limitMs: answerMs, what: 'this machine', signal }, work)
}

async function tried<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
