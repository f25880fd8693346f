import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'
import { standsAside } from '../waiting.ts'

/** Design 8: nobody overtakes in the queue of a track, and what was asked for ends or is still open. */
export const order: MakeInvariant = (view) => {
  const { records, broken } = view
  const asked = new Set<string>()
  return {
    committed({ deployments, facts }) {
      for (const { kind, subject } of facts) if (kind === 'deployment.requested') asked.add(subject)
      for (const { before, after } of deployments) {
        if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling') continue
        // It has waited as long as it may: now it is the others' turn to wait.
        if (after.wentWithoutTurn === true) continue
        const overtaken = overtakenBy(after)
        if (overtaken !== undefined)
          broken('order', `${after.id} begins before ${overtaken.id}, which was asked for first`)
      }
    },
    atEnd() {
      for (const id of asked) if (!records.deployments.has(id)) broken('lost', `${id} was asked for, and is not there`)
    },
  }

  /** What waits for people lets others pass; and what makes production safe passes a freeze. */
  function overtakenBy({ id, track, reason }: Deployment): Deployment | undefined {
    const passesFreezes = reason === 'rollback' || reason === 'scale'
    return [...records.open(track)]
      .map((each) => records.deployments.get(each) as Deployment)
      .filter(({ state }) => state.kind === 'queued')
      .filter((each) => numberOf(each.id) < numberOf(id) && standsAside(view, each) === null)
      .find((each) => !(passesFreezes && each.reason !== 'rollback' && each.reason !== 'scale'))
  }
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
