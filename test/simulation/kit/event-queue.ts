import type { Random } from './random.ts'
import type { Life } from './scheduler.ts'

export interface ScheduledEvent {
  atMs: number
  /** In the order of scheduling; tells apart what is due at the same time. */
  readonly number: number
  readonly life: Life
  readonly label: string
  /** Null once cancelled. */
  act: (() => void) | null
}

/** Events by time, as a binary heap. */
export class EventQueue {
  readonly #heap: ScheduledEvent[] = []
  readonly #due: ScheduledEvent[] = []
  #numbers = 0

  add(atMs: number, life: Life, label: string, act: () => void): ScheduledEvent {
    this.#numbers += 1
    const event = { atMs, number: this.#numbers, life, label, act }
    this.put(event)
    return event
  }

  put(event: ScheduledEvent): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(event)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above] as ScheduledEvent
      if (!isEarlier(event, parent)) break
      heap[place] = parent
      place = above
    }
    heap[place] = event
  }

  /** Takes out one of the events that are due within `windowMs` of the earliest; null when there is none. */
  take(windowMs: number, random: Random): ScheduledEvent | null {
    const first = this.#pop()
    if (first === null) return null
    const latest = first.atMs + windowMs
    if (this.#heap[0] === undefined || this.#heap[0].atMs > latest) return first
    return this.#takeOneOf(first, latest, random)
  }

  #takeOneOf(first: ScheduledEvent, latest: number, random: Random): ScheduledEvent {
    const due = this.#due
    due.push(first)
    while (this.#heap[0] !== undefined && this.#heap[0].atMs <= latest) due.push(this.#pop() as ScheduledEvent)
    const chosen = random.below(due.length)
    for (let index = 0; index < due.length; index += 1) if (index !== chosen) this.put(due[index] as ScheduledEvent)
    const event = due[chosen] as ScheduledEvent
    due.length = 0
    return event
  }

  #pop(): ScheduledEvent | null {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined) return null
    if (heap.length > 0) this.#sink(last)
    return top
  }

  #sink(event: ScheduledEvent): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      let below = place * 2 + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right !== undefined && isEarlier(right, heap[below] as ScheduledEvent)) below += 1
      const child = heap[below] as ScheduledEvent
      if (!isEarlier(child, event)) break
      heap[place] = child
      place = below
    }
    heap[place] = event
  }
}

function isEarlier(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number)
}
