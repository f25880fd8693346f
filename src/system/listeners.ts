import { readdir, readFile, readlink } from 'node:fs/promises'
import { codeOf } from './files.ts'

/** A socket that waits for connections. */
export interface Listener {
  /** Where to connect to on this machine to reach it. */
  readonly address: string
  /** On every address of this machine. */
  readonly isEverywhere: boolean
  readonly inode: string
}

/** Who listens on this TCP port, on whatever address of this machine. */
export async function listenersOn(port: number): Promise<readonly Listener[]> {
  const [four, six] = await Promise.all([readTable('/proc/net/tcp'), readTable('/proc/net/tcp6')])
  return [...four, ...six].flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    const [hexAddress = '', hexPort = ''] = local.split(':')
    const isIt = state === LISTENING && Number.parseInt(hexPort, 16) === port
    return isIt ? [{ address: reachableAt(hexAddress), isEverywhere: /^0+$/.test(hexAddress), inode }] : []
  })
}

/** Whether one of these processes holds the socket; null when one of them cannot be looked into and none of the others does. */
export async function holdsSocket(pids: readonly number[], inode: string): Promise<boolean | null> {
  const found = await Promise.all(pids.map((pid) => hasOpen(pid, `socket:[${inode}]`)))
  if (found.includes(true)) return true
  return found.includes(null) ? null : false
}

const LISTENING = '0A'

async function readTable(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'latin1')).trim().split('\n').slice(1)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [] // a machine without IPv6
    throw error
  }
}

/** The kernel prints addresses as 32-bit words in the machine's byte order. */
function reachableAt(hex: string): string {
  if (/^0+$/.test(hex)) return '127.0.0.1'
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse())
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  return (bytes.join('').match(/.{4}/g) ?? []).join(':').toLowerCase()
}

async function hasOpen(pid: number, target: string): Promise<boolean | null> {
  try {
    const names = await readdir(`/proc/${pid}/fd`)
    const links = await Promise.all(names.map((name) => linkOf(`/proc/${pid}/fd/${name}`)))
    return links.includes(target)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ESRCH') return false
    if (code === 'EACCES' || code === 'EPERM') return null
    throw error
  }
}

async function linkOf(path: string): Promise<string> {
  try {
    return await readlink(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return '' // closed since it was listed
    throw error
  }
}
