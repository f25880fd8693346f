import { holdsSocket, type Listener, listenersOn } from '../system/listeners.ts'
import { hostAndPort } from '../system/ports.ts'
import { environOf, processTable } from '../system/proc.ts'
import { markNames } from './marks.ts'

/**
 * Whether somebody else listens where our edge is to listen, `HOST:PORT`. Edge workers share their port, so the kernel
 * would let a stranger of the same user share it too, and visitors would get one or the other.
 */
export async function isTakenByOthers(listen: string, hostId: string): Promise<boolean> {
  const { host, port } = hostAndPort(listen)
  const there = (await listenersOn(port)).filter((listener) => isInTheWay(listener, host))
  if (there.length === 0) return false
  const ours = await edgeWorkersOf(hostId)
  const held = await Promise.all(there.map(({ inode }) => holdsSocket(ours, inode)))
  return held.includes(false)
}

function isInTheWay({ address, isEverywhere }: Listener, host: string): boolean {
  return isEverywhere || host === '0.0.0.0' || host === '::' || address === expanded(host)
}

/** `::1` as the kernel's table has it. */
function expanded(host: string): string {
  if (!host.includes(':')) return host === 'localhost' ? '127.0.0.1' : host
  const [head = '', tail = ''] = host.split('::')
  const words = (text: string) => text.split(':').filter((word) => word !== '')
  const [before, after] = [words(head), words(tail)]
  const gap = host.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : []
  return [...before, ...gap, ...after].map((word) => word.padStart(4, '0').toLowerCase()).join(':')
}

/** Also those that an earlier host of ours has left. */
async function edgeWorkersOf(hostId: string): Promise<readonly number[]> {
  const pids = (await processTable()).map(({ pid }) => pid)
  const marks = await Promise.all(pids.map(async (pid) => (await environOf(pid)).get(markNames.edge) ?? ''))
  return pids.filter((_, index) => marks[index]?.startsWith(`${hostId}/`))
}
