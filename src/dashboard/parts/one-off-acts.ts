import type { Html } from '../html.ts'
import { type Act, area, button, form } from './form.ts'

type Answering = Omit<Act, 'route' | 'fixed'>

/** A yes to a command, for exactly this plan. */
export function approving(act: Answering, plan: string): Html {
  return form({ ...act, route: 'one-offs.approve', fixed: { 'body.plan': plan } }, [
    area({ label: 'Comment', name: 'body.comment' }),
    button('Approve', 'main'),
  ])
}

export function rejecting(act: Answering): Html {
  return form({ ...act, route: 'one-offs.reject' }, [
    area({ label: 'Why', name: 'body.comment' }),
    button('Reject', 'danger'),
  ])
}
