import type { MakeInvariant, View } from '../view.ts'
import { isSmokeOf } from '../world/runner.ts'

/** C54: at one address nobody's smoke steps run beside another's. */
export const smoke: MakeInvariant = (view) => ({
  starting({ attempt }) {
    const url = addressOf(view, attempt)
    if (url === null) return
    const twin = view.runner.active.find((each) => each.state === 'running' && addressOf(view, each.attempt) === url)
    if (twin !== undefined) view.broken('C54', `${attempt} starts against ${url} beside ${twin.attempt}`)
  },
})

function addressOf({ records }: View, attempt: string): string | null {
  if (!isSmokeOf(attempt)) return null
  const state = records.deployments.get(attempt.replace(/-smoke$/, ''))?.state
  const step = state !== undefined && 'steps' in state ? state.steps.find((each) => each.do === 'smoke') : undefined
  return step?.do === 'smoke' ? step.url : null
}
