#!/usr/bin/env node
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { runHost } from './host/host.ts'
import { noSpaceExit } from './host/protocol.ts'
import { Fault, messageOf } from './lib/fault.ts'
import { systemClock } from './system/clock.ts'
import { isDiskFull } from './system/errors.ts'
import { createLog } from './system/log.ts'
import { ownProgram } from './system/own-files.ts'
import { systemPath } from './system/programs.ts'

const usage = 'usage: signalbox-host --data DIR --listen HOST:PORT [--edges 2] [--ports 20000-29999]'

try {
  await main()
} catch (error) {
  process.stderr.write(`signalbox-host: ${messageOf(error)}\n`)
  process.exit(exitCodeOf(error))
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      listen: { type: 'string' },
      edges: { type: 'string', default: '2' },
      ports: { type: 'string', default: '20000-29999' },
    },
  })
  const { data: dir, listen, edges } = values
  const ports = /^(\d{1,5})-(\d{1,5})$/.exec(values.ports)
  if (dir === undefined || listen === undefined || !/^[1-9]\d?$/.test(edges) || ports === null) throw new Error(usage)
  const log = createLog()
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => ending.abort(new Error(signal)))
  }
  process.on('uncaughtException', (error) => log.error('an error nobody caught', { error }))
  const range = { first: Number(ports[1]), last: Number(ports[2]) }
  const { NODE_COMPILE_CACHE = '' } = process.env
  const edgeEnv = { PATH: systemPath, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) }
  const edgeCommand = [process.execPath, ownProgram('edge')]
  const options = { dir, listen, edges: Number(edges), edgeCommand, edgeEnv, ports: range }
  // A host ends by a signal as often as by itself, and Node would keep what it compiled only at the end.
  flushCompileCache()
  await runHost({ ...options, clock: systemClock, log }, ending.signal)
  process.exit(0)
}

function exitCodeOf(error: unknown): number {
  if (isDiskFull(error)) return noSpaceExit
  // Another host does the work: to whoever started us that is as good.
  return error instanceof Fault && error.code === 'host.held' ? 0 : 1
}
