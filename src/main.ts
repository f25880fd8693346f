#!/usr/bin/env node
import { driverOptions } from './app/drivers.ts'
import { runCli } from './cli/cli.ts'
import { Interruption } from './cli/interruption.ts'
import { systemClock } from './system/clock.ts'
import { diskFault } from './system/files.ts'
import { cores } from './system/machine.ts'

const ending = new AbortController()
// The first asks politely; a second finds no listener and ends the program at once.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => ending.abort(new Interruption(name)))
}
// Whoever read our output has gone, or it cannot be kept: what is still to come has no reader.
process.stdout.on('error', (error) => ending.abort(diskFault(error, 'standard output')))
process.stderr.on('error', (error) => ending.abort(diskFault(error, 'standard error')))

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
  checkup: async (...given) => (await import('./app/checkup.ts')).checkupOnMachine(...given),
  backups: async (config) => (await import('./app/backups/on-machine.ts')).backupsOnMachine(config),
  restore: async (...given) => (await import('./app/backups/restore.ts')).restoreServer(...given),
  serve: async (...given) => (await import('./app/serve.ts')).serve(...given),
})
