import { typePhrases } from '../variables.ts'
import type { Gate, GateFacts } from './gate.ts'

/** Every variable the release requires has a value here, of the type it declares. A missing one never becomes an empty string. */
export const variablesGate: Gate = {
  name: 'variables',
  holds: 'refuse',
  ask({ missingVariables, unfitVariables, environment }: GateFacts) {
    const name = missingVariables[0] ?? unfitVariables[0]?.name
    if (name === undefined) return { open: true, because: 'every required variable is set' }
    const missing =
      missingVariables.length === 0 ? [] : [`missing in ${environment.name}: ${missingVariables.join(', ')}`]
    const unfit = unfitVariables.map((each) => `${each.name} in ${environment.name} is not ${typePhrases[each.type]}`)
    const openedBy = `signalbox env set ${environment.name} ${name}=…`
    return { open: false, because: [...missing, ...unfit].join('; '), openedBy }
  },
}
