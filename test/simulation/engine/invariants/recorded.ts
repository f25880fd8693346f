import { isActive } from '../../../../src/domain/deployment.ts'
import { isWithPeople } from '../quiet.ts'
import type { MakeInvariant } from '../view.ts'

/** I-12, I-13 and the timers, at the end: what the store says is so, word for word. */
export const recorded: MakeInvariant = ({ records, disk, host, world, broken }) => ({
  atEnd() {
    const rows = disk.prepare('SELECT number, state, deployment, deadline_at FROM deployments').all()
    for (const row of rows) {
      const known = records.deployments.get(`d${row.number}`)
      const { id: _id, ...stored } = { ...JSON.parse(String(row.deployment)), id: '' }
      const { id: __id, ...watched } = { ...known, id: '' }
      if (JSON.stringify(stored) !== JSON.stringify(watched))
        broken('I-12', `d${row.number} is not stored as it was written`)
    }
    if (rows.length !== records.deployments.size) broken('lost', 'deployments were lost')
    for (const { id, state } of records.deployments.values())
      if (state.kind === 'waiting' && !(state.expiresAt > 0)) broken('design 6', `${id} waits without an end`)
    const moving = [...records.deployments.values()].find(isActive)
    if (moving !== undefined) broken('L-2', `${moving.id} still moves`)
    for (const [track, live] of records.lives)
      for (const { name, release } of live.instances) {
        const found = host.instances.get(name)
        if (found?.spec.release.digest !== release.digest && !isWithPeople({ records, world }, track))
          broken('I-12', `${track}: ${name} is recorded live, and is not what runs`)
      }
  },
})
