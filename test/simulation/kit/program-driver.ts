import type { InstanceDriver } from '../../../src/targets/driver.ts'
import { gated, whileAlive } from './gate.ts'
import type { Life, Scheduler } from './scheduler.ts'

/**
 * A driver as one life of a program has it. A call leaves as an event of that life and its outcome comes as one, so a
 * crash can strike before the call, between its effect and its answer, and after it. What a call has set off goes on.
 */
export function programDriver(scheduler: Scheduler, life: Life, driver: InstanceDriver): InstanceDriver {
  const call = <T>(verb: string, start: () => Promise<T>): Promise<T> => {
    const left = new Promise<void>((leave) => {
      scheduler.after(0, life, verb, leave)
    })
    return gated(scheduler, life, `${verb} answered`, left.then(start))
  }
  return {
    kind: 'instances',
    name: driver.name,
    can: driver.can,
    prepare: (release, order, signal) => call('prepare', () => driver.prepare(release, order, signal)),
    place: (instances, order, signal) => call('place', () => driver.place(instances, order, signal)),
    route: (routing, order, signal) => call('route', () => driver.route(routing, order, signal)),
    reload: (instances, order, signal) => call('reload', () => driver.reload(instances, order, signal)),
    share: (release, files, order, signal) => call('share', () => driver.share(release, files, order, signal)),
    door: (track, door, signal) => call('door', () => driver.door(track, door, signal)),
    drain: (instances, order, signal) => call('drain', () => driver.drain(instances, order, signal)),
    remove: (instances, order, signal) => call('remove', () => driver.remove(instances, order, signal)),
    observe: (track, signal) => call('observe', () => driver.observe(track, signal)),
    traffic: (track, window, signal) => call('traffic', () => driver.traffic(track, window, signal)),
    run: (oneOff, order, report, signal) =>
      call('run', () => driver.run(oneOff, order, whileAlive(life, report), signal)),
    end: (names, order, signal) => call('end', () => driver.end(names, order, signal)),
    logs: (query, report, signal) => call('logs', () => driver.logs(query, whileAlive(life, report), signal)),
    keep: (track, digests, order, signal) => call('keep', () => driver.keep(track, digests, order, signal)),
  }
}
