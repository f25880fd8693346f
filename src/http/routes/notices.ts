import type { DeliveryView } from '../../api/views.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { findProject, specNow } from '../../engine/find.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type NoticeRoutes = Pick<Handlers, 'notices.list' | 'notices.recipients' | 'notices.test' | 'notices.redeliver'>

export function noticeRoutes({ store, actions }: ApiParts): NoticeRoutes {
  return {
    'notices.list': ({ params: { project }, query: { state = null, limit } }) => {
      findProject(store, project)
      return store.deliveries.list({ project, state, limit }).map(deliveryView)
    },
    'notices.recipients': ({ params: { project } }) => {
      findProject(store, project)
      return specNow(store, project).notify.map(({ channel, to, events, environments }, index) => ({
        ...{ position: index + 1, channel, to, events, environments },
      }))
    },
    'notices.test': async ({ params: { project }, body: { position } }, { by }) => {
      const tried = await actions.testNotice(project, position, { by })
      return { ...tried, delivered: tried.problem === null }
    },
    'notices.redeliver': ({ params: { notice } }, { by }) => deliveryView(actions.redeliver(notice, { by })),
  }
}

function deliveryView(delivery: Delivery): DeliveryView {
  const { id, project, message, recipient, state, attempts, createdAt, dueAt, deliveredAt, problem } = delivery
  const { event, environment, subject, title } = message
  const nextAt = state === 'waiting' ? dueAt : null
  return {
    ...{ id, project, event, environment, subject, title, message: message.id },
    ...{ channel: recipient.channel, to: recipient.to, state, attempts, createdAt, nextAt, deliveredAt, problem },
  }
}
