/** Event streams as text: https://html.spec.whatwg.org/multipage/server-sent-events.html */

export interface StreamEvent {
  /** Where to go on after a break; null leaves it as it was. */
  readonly id: string | null
  /** `message` when the stream names none. */
  readonly name: string
  readonly data: string
}

/** Keeps the connection from looking dead; not an event. */
export const heartbeat = ': \n\n'

export function encodeEvent({ id, name, data }: StreamEvent): string {
  const lines = [
    ...(name === 'message' ? [] : [`event: ${oneLine(name)}`]),
    ...(id === null ? [] : [`id: ${oneLine(id)}`]),
    ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
  ]
  return `${lines.join('\n')}\n\n`
}

/** The events in a body, as they arrive. Fails with a RangeError for one longer than `mostChars`. */
export async function* decodeEvents(
  body: AsyncIterable<Uint8Array>,
  mostChars = 4 * 1024 * 1024,
): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of body) {
    held += decoder.decode(chunk, { stream: true })
    const blocks = held.split(/\n\n|\r\n\r\n|\r\r/)
    held = blocks.pop() ?? ''
    if (held.length > mostChars) throw new RangeError('an event is too long')
    for (const block of blocks) {
      const event = eventIn(block)
      if (event !== null) yield event
    }
  }
}

/** Null for a comment. */
function eventIn(block: string): StreamEvent | null {
  const data: string[] = []
  let id: string | null = null
  let name = 'message'
  for (const line of block.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'data') data.push(value)
    else if (field === 'id') id = value
    else if (field === 'event' && value !== '') name = value
  }
  return data.length === 0 ? null : { id, name, data: data.join('\n') }
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ')
}
