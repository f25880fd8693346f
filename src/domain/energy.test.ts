import assert from 'node:assert/strict'
import test from 'node:test'
import { type Energy, energyOf, type Measured, type PowerModel, powerModel, sumOf } from './energy.ts'

const emerald = { vendor: 'GenuineIntel', family: 6, model: 207, stepping: 2 }
const settings = { watts: null, gridIntensity: 472 }
const model = powerModel({ processor: emerald, cores: 2 }, settings)

function took(durationMs: number, cpuMs: number | null, counted: Measured['counted'] = null) {
  return { durationMs, cpuMs, counted }
}

function known(measured: Measured, by: PowerModel = model): Energy {
  const energy = energyOf(measured, by)
  assert.ok(energy)
  return energy
}

const near = (one: number, other: number) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`)

test('a second of processor time is one of a core at work', () => {
  near(known(took(10_000, 10_000)).joules, 44.8)
  near(known(took(10_000, 20_000)).joules, 89.6)
})

test('who waits holds one core that is at rest', () => {
  near(known(took(10_000, 0)).joules, 8.1)
  near(known(took(10_000, 5_000)).joules, 5 * 4.48 + 5 * 0.81)
})

test('the grid\u2019s share is by the kWh, the share of making the machine by time', () => {
  const hour = known(took(3_600_000, 3_600_000))
  near(hour.gridGrams, (4.48 / 1000) * 472)
  near(hour.madeGrams, 8997.65625 / (4 * 365 * 24))
  near(known(took(3_600_000, 3_600_000), { ...model, gridIntensity: 20 }).gridGrams, (4.48 / 1000) * 20)
  near(known(took(3_600_000, 0)).madeGrams, hour.madeGrams)
})

test('it is an estimate: the less is known of the watts, the wider', () => {
  const wide = (by: PowerModel) => {
    const { low, joules, high } = known(took(1_000, 1_000), by)
    assert.ok(low < joules && joules < high)
    return high / low
  }
  const set = powerModel({ processor: emerald, cores: 2 }, { ...settings, watts: { idle: 1, busy: 6 } })
  const middle = powerModel({ processor: { ...emerald, model: 1 }, cores: 2 }, settings)
  assert.deepEqual([set.basis, model.basis, middle.basis], ['set', 'table', 'middle'])
  assert.ok(wide(set) < wide(model) && wide(model) < wide(middle))
})

test('what the processor counted is shared out by processor time', () => {
  const energy = known(took(10_000, 5_000, { joules: 300, cpuMs: 10_000 }))
  assert.deepEqual([energy.basis, energy.joules, energy.low], ['counted', 150, 75])
  assert.equal(known(took(10_000, 5_000, { joules: 300, cpuMs: 4_000 })).joules, 300, 'never more than there was')
  assert.equal(known(took(10_000, 5_000, { joules: 300, cpuMs: 0 })).basis, 'table')
})

test('what nobody could measure took nobody knows how much, and not nothing', () => {
  assert.equal(energyOf(took(10_000, null), model), null)
  assert.equal(sumOf([null, null]), null)
  assert.equal(sumOf([]), null)
})

test('a sum is known as well as the part that is known least', () => {
  const [table, counted] = [known(took(1_000, 1_000)), known(took(1_000, 1_000, { joules: 9, cpuMs: 2_000 }))]
  const sum = sumOf([table, null, counted])
  assert.equal(sum?.basis, 'table')
  near(sum?.joules ?? 0, 4.48 + 4.5)
  near(sum?.high ?? 0, table.high + counted.high)
  assert.equal(sumOf([counted, counted])?.basis, 'counted')
})
