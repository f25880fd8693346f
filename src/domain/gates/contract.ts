import { lackSentences } from '../contract.ts'
import type { Gate, GateFacts } from './gate.ts'

/**
 * Every protected environment has what the release requires, before the release goes anywhere: otherwise it is found out at
 * the end of the way. Only for what is new; nothing keeps people from going back, or from running again what runs.
 */
export const contractGate: Gate = {
  name: 'contract',
  holds: 'aside',
  ask({ deployment, environment, lacks }: GateFacts) {
    if (deployment.reason !== 'promote') return { open: true, because: `a ${deployment.reason} brings nothing new` }
    const elsewhere = lacks.filter((lack) => lack.isProtected && lack.environment !== environment.name)
    const [first, ...others] = elsewhere.filter(({ waiver }) => waiver === null)
    if (first !== undefined) {
      const because = lackSentences([first, ...others]).join('; ')
      return { open: false, because, openedBy: `signalbox env set ${first.environment} ${first.name}=…, or env waive` }
    }
    if (elsewhere.length === 0) return { open: true, because: 'every protected environment has what is required' }
    const waived = elsewhere.map(({ environment, name, waiver }) => `${name} in ${environment} by ${waiver?.by}`)
    return { open: true, because: `waived: ${waived.join(', ')}` }
  },
}
