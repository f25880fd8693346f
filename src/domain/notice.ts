import type { NotifySpec } from './spec.ts'

/** What people can ask to be told of. */
export const noticeEvents = [
  ...['run_failed', 'deployment_started', 'deployment_succeeded', 'deployment_failed', 'deployment_rolled_back'],
  ...['deployment_superseded', 'approval_needed', 'approval_expired', 'unexpected_outcome'],
] as const

export type NoticeEvent = (typeof noticeEvents)[number]

/** One thing that happened, in words for people: the same value for every channel. */
export interface Message {
  /** The same at every try and for everybody who is told, and no other's on any server. */
  readonly id: string
  /** `test` is somebody's try of a channel. */
  readonly event: NoticeEvent | 'test'
  /** When it happened. */
  readonly at: number
  readonly project: string
  readonly app: string | null
  readonly environment: string | null
  /** Id of what it is about: a deployment, a run. */
  readonly subject: string
  readonly title: string
  readonly lines: readonly string[]
  /** Names of those it concerns: who asked, who was displaced. */
  readonly people: readonly string[]
  /** Where to read more. */
  readonly url: string
}

/** What a fact gives to tell, before anybody who wants to hear it is looked for. */
export interface Notice {
  /** Names for it, the closest first: whoever asked for several of them is told once, under the first. */
  readonly events: readonly NoticeEvent[]
  /** Environments it is about. */
  readonly environments: readonly string[]
  readonly message: Omit<Message, 'id' | 'event' | 'at' | 'url'>
}

/** Who hears of it, and how, as `signalbox.yml` says. */
export type Recipient = Pick<NotifySpec, 'channel' | 'to' | 'signedWith' | 'people'>

export interface Telling {
  readonly event: NoticeEvent
  readonly recipient: Recipient
}

/** Everybody who asked for it, each once, under the closest of the names they asked for. */
export function tellingsOf(notify: readonly NotifySpec[], { events, environments }: Notice): readonly Telling[] {
  const told = new Map<string, Telling>()
  for (const event of events) {
    for (const { channel, to, signedWith, people, ...wish } of notify) {
      const isHere = wish.environments.length === 0 || wish.environments.some((name) => environments.includes(name))
      const key = `${channel} ${to}`
      if (!isHere || !wish.events.includes(event) || told.has(key)) continue
      told.set(key, { event, recipient: { channel, to, signedWith, people } })
    }
  }
  return [...told.values()]
}
