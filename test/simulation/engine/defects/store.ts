import type { Command } from '../../../../src/domain/command.ts'
import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Track } from '../../../../src/domain/track.ts'
import type { Parts } from '../../../../src/engine/parts.ts'
import type { OutboxRow } from '../../../../src/store/outbox.ts'
import type { Store } from '../../../../src/store/store.ts'
import type { Defect } from '../defects.ts'
import { WatchedFacts } from '../watch/store.ts'

/** Parts of the store with some of their methods replaced. `real` calls them as they were. */
export const storeDefects: Readonly<Record<string, Defect>> = {
  'effect before intent': store('a command is carried out under a number that is not stored', ({ outbox }) => {
    const mine = new Map<number, number>()
    return {
      outbox: replaced(outbox, {
        ready: (at: number) => outbox.ready(at).filter(({ id }) => !mine.has(id)),
        claim: (id: number, _epoch: number, number: number) => {
          mine.set(id, number)
          return true
        },
        holds: (id: number, number: number) => mine.get(id) === number,
        release: (id: number, dueAt: number) => {
          mine.delete(id)
          outbox.release(id, dueAt)
        },
      }),
    }
  }),
  'dropped queue item': store('a newer one in the queue hides the one before it', ({ deployments }) => ({
    deployments: replaced(deployments, {
      open: (track: string) => {
        const open = deployments.open(track)
        const newest = open.findLast(({ state }) => state.kind === 'queued')
        return open.filter((each) => each.state.kind !== 'queued' || each === newest)
      },
    }),
  })),
  'numbers begin anew': store('each life of the server counts its commands from one', ({ meta }) => {
    let number = 0
    return {
      meta: replaced(meta, {
        rise: (key: string, floor: number) => {
          if (key !== 'command') return meta.rise(key, floor)
          number += 1
          return number
        },
      }),
    }
  }),
  'outbox row kept': store('a command that was carried out stays in the outbox', ({ outbox }) => ({
    outbox: replaced(outbox, { remove: () => {} }),
  })),
  'lost job forgotten': store('a job that dies with the server is never looked at again', ({ outbox }) => ({
    outbox: replaced(outbox, {
      abandoned: (epoch: number) => outbox.abandoned(epoch).filter(({ kind }) => kind !== 'job'),
    }),
  })),
  'cancelled at the start': store('a start marks what was moving as cancelled', ({ outbox, deployments }) => ({
    outbox: replaced(outbox, {
      abandoned: (epoch: number) => {
        const [steps, others] = split(outbox.abandoned(epoch))
        for (const { id, subject } of steps) {
          outbox.remove(id)
          const deployment = deployments.get(subject)
          if (deployment !== null) deployments.save(cancelled(deployment))
        }
        return others
      },
    }),
  })),
  'facts not chained': {
    breaks: 'a fact does not say what it follows from',
    plant: (parts, stage) => ({
      ...parts,
      store: { ...parts.store, facts: new UnchainedFacts(parts.store.db, (writing) => stage.wrote(writing)) },
    }),
  },
  'two servers not told apart': store('a server that was taken over from goes on deciding', ({ meta }) => {
    let mine = 0
    return {
      meta: replaced(meta, {
        read: (key: string) => (key === 'epoch' ? mine : meta.read(key)),
        rise: (key: string, floor: number) => {
          const number = meta.rise(key, floor)
          if (key === 'epoch') mine = number
          return number
        },
      }),
    }
  }),
  'a push is accepted twice': store('what was accepted is not remembered', ({ projects }) => ({
    projects: replaced(projects, { setRef: () => {} }),
  })),
  'older push overtakes': store('checks that take longer take an environment back to an older commit', ({ runs }) => ({
    runs: replaced(runs, { newerOf: () => [] }),
  })),
  'old variables': store('instances see the variables from before the last change', ({ variables }) => ({
    variables: replaced(variables, {
      at: (project: string, environment: string, version: number) => variables.at(project, environment, version - 1),
    }),
  })),
  'what is live is thrown away': store(
    'the janitor does not look at what is live or was',
    ({ tracks, deployments }) => ({
      deployments: replaced(deployments, { releasesSucceeded: () => [] }),
      tracks: replaced(tracks, {
        list: (project: string | null) => tracks.list(project).map((track): Track => ({ ...track, live: null })),
      }),
    }),
  ),
}

class UnchainedFacts extends WatchedFacts {
  override head() {
    return { seq: super.head().seq, hash: '0'.repeat(64) }
  }
}

function store(breaks: string, change: (store: Store) => Partial<Store>): Defect {
  return { breaks, plant: (parts: Parts) => ({ ...parts, store: { ...parts.store, ...change(parts.store) } }) }
}

/** The same object, but for these methods. */
function replaced<T extends object>(real: T, methods: Partial<Record<keyof T, unknown>>): T {
  return new Proxy(real, {
    get(target, name) {
      if (name in methods) return methods[name as keyof T]
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function split(rows: readonly OutboxRow<Command>[]): [OutboxRow<Command>[], OutboxRow<Command>[]] {
  const isStep = ({ kind }: OutboxRow<Command>) => kind === 'step'
  return [rows.filter(isStep), rows.filter((row) => !isStep(row))]
}

function cancelled(deployment: Deployment): Deployment {
  const state = { kind: 'finished', outcome: 'aborted', reason: 'the server was restarted', rolledBack: false } as const
  return { ...deployment, state, finishedAt: deployment.startedAt }
}
