import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { messageOf } from '../src/lib/fault.ts'

/** Those whose tests take longest come first, so that nobody waits at the end for one that began late. */
const first = ['test/simulation/engine/engine', 'test/faults', 'test/journey', 'test/browser', 'test/simulation']

const named = process.argv.slice(2)
const files = globSync(named.length > 0 ? named : ['src/**/*.test.ts', 'test/**/*.test.ts']).sort(
  (a, b) => place(a) - place(b) || (a < b ? -1 : 1),
)
if (files.length === 0) throw new Error(`no test file is named ${named.join(' or ')}`)

// Tests wait more than they reckon, so more files at a time than there are cores; the simulation takes what they leave.
run({ files, concurrency: availableParallelism() + 2, timeout: 1_800_000 })
  // The report keeps the order of the files, and so waits for the long ones; what fails is told at once.
  .on('test:complete', ({ name, nesting, file, details }) => {
    if (nesting > 0 || details.passed) return
    const reason = messageOf(details.error?.cause ?? details.error)
    process.stderr.write(`fails: ${name} (${file ?? 'no file'}): ${reason}\n`)
  })
  .on('test:summary', ({ success }) => {
    if (!success) process.exitCode = 1
  })
  .compose(spec)
  .pipe(process.stdout)

function place(file: string): number {
  const found = first.findIndex((folder) => file.startsWith(folder))
  return found === -1 ? first.length : found
}
