import type { AcceptedEvent } from '../domain/event.ts'
import type { Actions } from '../engine/actions.ts'
import type { OnPush } from '../sources/source.ts'

/** Accepts a push before git's client hears of it, and tells the person what came of it. */
export function onPush(actions: Actions, publicUrl: string): OnPush {
  return async (project, by) => {
    const events = await actions.sync(project, by)
    return { messages: events.map((event) => sentence(event, publicUrl)) }
  }
}

function sentence({ ref, after, run, because }: AcceptedEvent, publicUrl: string): string {
  const name = ref.replace(/^refs\/(heads|tags)\//, '')
  const what = after === null ? name : `${name} ${after.slice(0, 8)}`
  return run === null
    ? `${what}: no run: ${because}`
    : `${what}: run ${run} (${because}); signalbox logs ${run} --follow --server ${publicUrl}`
}
