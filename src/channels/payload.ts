import type { Message, Recipient } from '../domain/notice.ts'

/** A message for programs: thin, with a link to the rest. */
export interface Payload {
  /** `deployment.started` */
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly id: string
    readonly project: string
    readonly app: string | null
    readonly environment: string | null
    readonly subject: string
    readonly title: string
    readonly people: readonly string[]
    readonly url: string
  }
}

export function payloadOf(message: Message, names: Recipient['people']): Payload {
  const { id, project, app, environment, subject, title, people, url } = message
  return {
    type: typeOf(message),
    timestamp: new Date(message.at).toISOString(),
    data: { id, project, app, environment, subject, title, people: people.map((name) => calledHere(name, names)), url },
  }
}

/** `deployment_rolled_back` → `deployment.rolled_back` */
export function typeOf({ event }: Message): string {
  return event.replace('_', '.')
}

/** What somebody is called at the receiver; whoever has no name there keeps their own. */
export function calledHere(name: string, names: Recipient['people']): string {
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name
}
