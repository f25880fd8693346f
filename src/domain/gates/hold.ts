import type { Gate, GateFacts } from './gate.ts'

/** What this environment runs has gone on to where its policy says (`hold_until_promoted_to`): the next release waits for that. */
export const holdGate: Gate = {
  name: 'hold',
  // A way back, or more instances of what runs, must not wait behind releases that are held.
  holds: 'aside',
  ask({ hold, overrides, environment, deployment }: GateFacts) {
    if (hold === null) return { open: true, because: 'nothing here has still to go on' }
    const override = overrides.find(({ gate }) => gate === 'hold')
    if (override !== undefined) return { open: true, because: `${override.by} lets it pass: ${override.reason}` }
    const there = hold.there === null ? 'nothing runs there' : `${hold.there} runs there`
    const app = deployment.track.split('/')[1] ?? ''
    return {
      open: false,
      because: `${hold.here} has not gone on to ${hold.environment} yet; ${there}`,
      openedBy: `signalbox promote ${environment.name} ${hold.environment} --app ${app}`,
    }
  },
}
