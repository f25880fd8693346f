import { again, type Delivery } from '../../domain/delivery.ts'
import type { Message } from '../../domain/notice.ts'
import { Fault } from '../../lib/fault.ts'
import { sha256 } from '../../lib/hash.ts'
import { findProject, specNow } from '../find.ts'
import { sendNotice } from '../send-notice.ts'
import type { Asked, Work } from './work.ts'

export interface Tried {
  readonly channel: string
  readonly to: string
  /** Null when the receiver has taken it. */
  readonly problem: string | null
}

export function noticeActions(work: Work) {
  return {
    /** Tries it again from the beginning, under the same id; also what was delivered. */
    redeliver(id: string, { by }: Asked): Delivery {
      return work.transact((tx) => {
        const { deliveries } = tx.parts.store
        const found = deliveries.get(id)
        if (found === null) throw new Fault('notice.unknown', { details: { delivery: id } })
        const next = again(found, tx.at)
        deliveries.save(next)
        const { channel, to } = found.recipient
        tx.fact({ kind: 'notice.redelivered', project: found.project, subject: id, by, data: { channel, to } })
        return next
      })
    },

    /** Sends a test message to a recipient, by its place in the list from 1, and waits for what becomes of it. */
    async testNotice(project: string, position: number, { by }: Asked): Promise<Tried> {
      const { parts } = work
      findProject(parts.store, project)
      const recipient = specNow(parts.store, project).notify[position - 1]
      if (recipient === undefined) throw new Fault('notice.unknown_recipient', { details: { project, position } })
      const { channel, to } = recipient
      const message = testMessage({ project, by, at: parts.time.now(), url: parts.notices.link(project) })
      const failure = await sendNotice(parts, { message, recipient }, new AbortController().signal)
      const problem = failure?.problem ?? null
      work.transact((tx) => {
        tx.fact({ kind: 'notice.tested', project, subject: project, by, data: { position, channel, to, problem } })
      })
      return { channel, to, problem }
    },
  }
}

interface Test {
  readonly project: string
  readonly by: string
  readonly at: number
  readonly url: string
}

function testMessage({ project, by, at, url }: Test): Message {
  return {
    id: `notice_${sha256(`test ${url} ${project} ${by} ${at}`).slice(0, 32)}`,
    ...{ event: 'test', at, project, app: null, environment: null, subject: project, url, people: [by] },
    title: `${project}: a test`,
    lines: [`${by} tries whether notices arrive here`],
  }
}
