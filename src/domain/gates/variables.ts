import type { Gate, GateFacts } from './gate.ts'

/** Every variable the release requires has a value here. A missing one never becomes an empty string. */
export const variablesGate: Gate = {
  name: 'variables',
  holds: 'refuse',
  ask({ missingVariables, environment }: GateFacts) {
    if (missingVariables.length === 0) return { open: true, because: 'every required variable is set' }
    return {
      open: false,
      because: `missing in ${environment.name}: ${missingVariables.join(', ')}`,
      openedBy: `signalbox env set ${environment.name} ${missingVariables[0]}=…`,
    }
  },
}
