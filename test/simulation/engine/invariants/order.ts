import type { MakeInvariant } from '../view.ts'

/** Design 8: nobody overtakes in the queue of a track, and what was asked for ends or is still open. */
export const order: MakeInvariant = ({ records, broken }) => {
  const asked = new Set<string>()
  return {
    committed({ deployments, facts }) {
      for (const { kind, subject } of facts) if (kind === 'deployment.requested') asked.add(subject)
      for (const { before, after } of deployments) {
        if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling' || after.wentWithoutTurn === true)
          continue
        const overtaken = [...records.open(after.track)]
          .map((id) => records.deployments.get(id))
          .find((each) => each?.state.kind === 'queued' && numberOf(each.id) < numberOf(after.id))
        if (overtaken !== undefined)
          broken('order', `${after.id} begins before ${overtaken.id}, which was asked for first`)
      }
    },
    atEnd() {
      for (const id of asked) if (!records.deployments.has(id)) broken('lost', `${id} was asked for, and is not there`)
    },
  }
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
