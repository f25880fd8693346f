import type { Parts } from '../../../../src/engine/parts.ts'
import type { InstanceDriver } from '../../../../src/targets/driver.ts'
import type { Defect } from '../defects.ts'
import type { Stage } from '../stage.ts'

export const driverDefects: Readonly<Record<string, Defect>> = {
  'random names': {
    breaks: 'each life of the server gives instances other names, so a repeat places others',
    plant: (parts, stage) => withDriver(parts, (driver) => renaming(driver, stage)),
  },
  'health ignored': {
    breaks: 'a start counts as done before the instance is healthy',
    plant: (parts) =>
      withDriver(parts, (driver) => ({
        ...driver,
        async place(instances, order, signal) {
          void Promise.allSettled([driver.place(instances, order, signal)])
          await parts.clock.sleep(20, signal)
        },
      })),
  },
}

function withDriver(parts: Parts, change: (driver: InstanceDriver) => InstanceDriver): Parts {
  return { ...parts, driver: (target) => change(parts.driver(target)) }
}

/** Made up when an instance is placed, and known to this life only. */
function renaming(driver: InstanceDriver, { simulation }: Stage): InstanceDriver {
  const random = simulation.random.stream('defect')
  const names = new Map<string, string>()
  const made = (name: string) => {
    const known = names.get(name) ?? `${name}-${random.below(1_000_000)}`
    names.set(name, known)
    return known
  }
  const back = (name: string) => [...names].find(([, own]) => own === name)?.[0] ?? name
  const renamed = <T extends { readonly name: string }>(all: readonly T[]) =>
    all.map((each) => ({ ...each, name: made(each.name) }))
  return {
    ...driver,
    place: (instances, order, signal) => driver.place(renamed(instances), order, signal),
    route: (routing, order, signal) =>
      driver.route({ ...routing, instances: routing.instances.map(made) }, order, signal),
    drain: (stops, order, signal) => driver.drain(renamed(stops), order, signal),
    remove: (stops, order, signal) => driver.remove(renamed(stops), order, signal),
    async observe(track, signal) {
      const seen = await driver.observe(track, signal)
      const instances = seen.instances.map((each) => ({ ...each, name: back(each.name) }))
      return { ...seen, instances, routed: seen.routed.map(back) }
    },
  }
}
