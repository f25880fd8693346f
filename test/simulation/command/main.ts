import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { faultNames, faultsShown } from '../kit/faults.ts'
import { runSeed, type SeedWish } from '../kit/run-seed.ts'
import { shrink } from '../kit/shrink.ts'
import { setTraps } from '../kit/traps.ts'
import { subjectNamed } from '../subjects.ts'
import { runOnPool } from './pool.ts'
import { isClean, type Report, reportText } from './report.ts'

const help = `bin/simulate: runs the engine under simulated time, faults and crashes.

  --seeds N       how many seeds (1000)
  --from S        the first of them (0)
  --seed S        one seed only
  --trace         with --seed: prints every step
  --size N        at most so much work
  --calm FAULT    switches a fault off; may be given several times
                  (${faultNames.join(', ')})
  --defect NAME   plants a defect, which should be found
  --subject NAME  what is simulated
  --jobs N        processes (one per core)
  --json          the report as JSON

Exits with 1 when an invariant does not hold, a seed runs differently the second time, or a situation that must
come up was not seen in 10,000 seeds.`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    size: { type: 'string' },
    calm: { type: 'string', multiple: true, default: [] },
    defect: { type: 'string' },
    subject: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const subject = subjectNamed(values.subject)
const wish = {
  defect: values.defect ?? null,
  calm: values.calm.map(faultNamed),
  ...(values.size === undefined ? {} : { size: number('size', values.size) }),
}

if (values.help) console.log(help)
else if (values.seed !== undefined) process.exitCode = await replay({ ...wish, seed: number('seed', values.seed) })
else process.exitCode = await explore()

async function explore(): Promise<number> {
  const startedAt = performance.now()
  const [from, count] = [number('from', values.from), number('seeds', values.seeds)]
  const workers = number('jobs', values.jobs)
  const tally = await runOnPool({
    ...wish,
    subject: subject.name,
    from,
    count,
    workers,
    maxFailures: 100,
    progress: showProgress,
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const tookMs = performance.now() - startedAt
  const [failed] = tally.failures
  const smallest = failed === undefined ? null : await trapped(() => shrink(subject, { ...wish, seed: failed.seed }))
  const report: Report = { subject, commit: commit(), defect: wish.defect, tally, tookMs, smallest }
  console.log(values.json ? JSON.stringify({ ...report, subject: subject.name }) : reportText(report))
  return isClean(report) ? 0 : 1
}

async function replay(seed: SeedWish): Promise<number> {
  const listener = values.trace
    ? (atMs: number, label: string, detail: string | number) =>
        console.log(`${String(atMs).padStart(9)}  ${label}  ${detail}`)
    : null
  const result = await trapped(() => runSeed(subject, { ...seed, listener }))
  if (values.json) {
    console.log(JSON.stringify({ ...result, commit: commit() }))
    return result.violation === null ? 0 : 1
  }
  console.log(`seed ${result.seed}, commit ${commit()}, size ${result.size}, faults: ${faultsShown(result.faults)}`)
  console.log(`${result.steps} steps, ${result.simulatedMs} simulated ms, trace ${result.hash}`)
  const { violation } = result
  console.log(
    violation === null ? 'no violation' : `${violation.invariant} at ${violation.atMs} ms: ${violation.message}`,
  )
  return violation === null ? 0 : 1
}

async function trapped<T>(work: () => Promise<T>): Promise<T> {
  const release = setTraps()
  try {
    return await work()
  } finally {
    release()
  }
}

function showProgress({ seeds, failures }: { seeds: number; failures: readonly unknown[] }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${seeds} seeds, ${failures.length} violations`)
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`)
  return value
}

function faultNamed(name: string): string {
  if (!faultNames.some((fault) => fault === name))
    throw new Error(`no fault ${name}; there are ${faultNames.join(', ')}`)
  return name
}

/** What was simulated: a seed means nothing without it. */
function commit(): string {
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src', 'test') === '' ? '' : ' with changes'}`
}
