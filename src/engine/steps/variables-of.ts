import type { Deployment } from '../../domain/deployment.ts'

/** The version of the variables a deployment began with. */
export function variablesOf({ state }: Deployment): number {
  return state.kind === 'rolling' || state.kind === 'reverting' ? state.variables : 0
}
