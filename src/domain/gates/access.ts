import type { Gate, GateFacts } from './gate.ts'

/** Where a password is asked for, there is one: otherwise nobody could look at what was published. */
export const accessGate: Gate = {
  name: 'access',
  holds: 'refuse',
  ask({ access, doorUsers, environment }: GateFacts) {
    if (access === 'public') return { open: true, because: 'everybody may look' }
    if (doorUsers.length > 0) return { open: true, because: `only with a password: ${doorUsers.join(', ')}` }
    return {
      open: false,
      because: `${environment.name} is closed to everybody without a password, and nobody has one`,
      openedBy: `signalbox access set ${environment.name} --user NAME, or "access: public" in signalbox.yml`,
    }
  },
}
