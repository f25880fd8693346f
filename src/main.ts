#!/usr/bin/env node
import { driverOptions } from './app/drivers.ts'
import { runCli } from './cli/cli.ts'
import { systemClock } from './system/clock.ts'
import { cores } from './system/machine.ts'

const ending = new AbortController()
// The first asks politely; a second finds no listener and ends the program at once.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => ending.abort(new Error(`ended by ${name}`)))
}
// Whoever read our output has gone: nothing that is still to come has a reader.
process.stdout.on('error', (error) => ending.abort(error))
process.stderr.on('error', (error) => ending.abort(error))

process.exitCode = await runCli({
  words: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  signal: ending.signal,
  cores: cores(),
  drivers: driverOptions,
  // The server is loaded by the one command that is it.
  demo: async (...given) => (await import('./app/demo/demo.ts')).demo(...given),
  serve: async (...given) => (await import('./app/serve.ts')).serve(...given),
})
