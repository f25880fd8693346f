import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { codeOf } from './files.ts'

/** Listens on a unix socket that only its owner may use, in the place of a dead one. Ask `isAnswering` first. */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  await rm(path, { force: true })
  // The socket file is made within `listen`, before it returns, so nobody can connect under another mask.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

/** Whether somebody listens on this unix socket now. */
export async function isAnswering(path: string): Promise<boolean> {
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') return false
    throw error
  } finally {
    socket.destroy()
  }
}
