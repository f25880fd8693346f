import assert from 'node:assert/strict'
import test from 'node:test'
import { middleWatts, parseProcessor, processorKind } from './processors.ts'

const xeon = (model: number, stepping = 2) =>
  `processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: ${model}\nmodel name\t: Intel(R) Xeon(R) Processor\nstepping\t: ${stepping}\n`
const epyc = (family: number, model: number) =>
  `processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: AMD EPYC\nstepping\t: 1\n`
const arm = (part: string) =>
  `processor\t: 0\nBogoMIPS\t: 243.75\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: ${part}\n`

const kindOf = (text: string) => processorKind(parseProcessor(text))?.name ?? null

test('a processor is known by its numbers, not by the name it was sold under', () => {
  const all = [xeon(207), xeon(85, 4), xeon(85, 7), epyc(23, 49), epyc(25, 17), arm('0xd0c')]
  assert.deepEqual(all.map(kindOf), [
    ...['Emerald Rapids', 'Skylake', 'Cascade Lake'],
    ...['EPYC 2nd Gen', 'EPYC 4th Gen', 'Neoverse'],
  ])
})

test('what the table has not, and what says nothing, is no kind', () => {
  assert.deepEqual([xeon(1), epyc(26, 2), arm('0xd03'), '', 'nothing of the kind'].map(kindOf), Array(5).fill(null))
})

test('the middle of the table is among its rows', () => {
  assert.ok(middleWatts.idle > 0.46 && middleWatts.idle < 2.21, `${middleWatts.idle}`)
  assert.ok(middleWatts.busy > 1.69 && middleWatts.busy < 8.63, `${middleWatts.busy}`)
})
