import { lackSentences } from '../domain/contract.ts'
import type { AcceptedEvent } from '../domain/event.ts'
import { migrationAdvice } from '../domain/migrations/advice.ts'
import type { Actions } from '../engine/actions.ts'
import { lacksOfRun } from '../engine/contract.ts'
import { migrationsOfRun } from '../engine/migration-advice.ts'
import type { OnPush } from '../sources/source.ts'
import type { Store } from '../store/store.ts'

export interface PushParts {
  readonly actions: Actions
  readonly store: Store
  readonly publicUrl: string
  now(): number
}

/** Accepts a push before git's client hears of it, and tells the person what came of it. */
export function onPush(parts: PushParts): OnPush {
  return async (project, { by, moved }) => {
    const events = await parts.actions.sync(project, by, moved)
    return { messages: events.flatMap((event) => sentences(event, parts)) }
  }
}

function sentences(event: AcceptedEvent, parts: PushParts): readonly string[] {
  const run = event.run === null ? null : parts.store.runs.get(event.run)
  const lacks = run === null ? [] : lacksOfRun(parts.store, run, parts.now()).filter(({ waiver }) => waiver === null)
  const advice = run === null ? null : migrationAdvice(migrationsOfRun(parts.store, run.id))
  return [sentence(event, parts.publicUrl), ...lackSentences(lacks), ...(advice === null ? [] : [advice])]
}

function sentence({ ref, after, run, because }: AcceptedEvent, publicUrl: string): string {
  const name = ref.replace(/^refs\/(heads|tags|for)\//, '')
  const what = after === null ? name : `${name} ${after.slice(0, 8)}`
  return run === null
    ? `${what}: no run: ${because}`
    : `${what}: run ${run} (${because}); signalbox logs ${run} --follow --server ${publicUrl}`
}
