import type { ClearCommand } from '../domain/command.ts'
import { bareRouting } from '../targets/driver.ts'
import { onTarget } from './instances.ts'
import type { Parts } from './parts.ts'
import { callMs, limited, takeAway } from './place.ts'

const nobody = { hosts: [], port: null, instances: [] }

/** Nothing of the track is left: no visitors, no host names, no instances, no unpacked releases. Its shared folders stay. */
export async function performClear(
  parts: Parts,
  { track, app, environment, target, deployment, release }: ClearCommand,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const driver = parts.driver(target)
  const order = { track, number }
  const work = { parts, driver, order, signal }
  const nowhere = { ...bareRouting, ...nobody, deployment, environment, release: onTarget(app, release) }
  await limited(work, callMs, (own) => driver.route(nowhere, order, own))
  const { instances } = await limited(work, callMs, (own) => driver.observe(track, own))
  const names = instances.map(({ name }) => name)
  if (names.length > 0) await takeAway(work, names)
  await limited(work, callMs, (own) => driver.keep(track, [], order, own))
}
