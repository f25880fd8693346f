import { heading } from '../frame.ts'
import { html } from '../html.ts'
import { type Page, param } from '../page.ts'
import { button, fieldName, form } from '../parts/form.ts'
import { projectTabs, seenLink } from '../parts/place.ts'
import { part, table } from '../parts/table.ts'
import { advice, emptiness, when } from '../parts/words.ts'
import { isDeclared, undeclared } from './project.ts'

/** Who is told of what, and what became of each message. */
export const noticesPage: Page = {
  path: '/projects/:project/notices',
  async show(asking) {
    const { ask, now, may, here } = asking
    const project = param(asking, 'project')
    const params = { project }
    const shown = await ask('projects.show', { params })
    if (!isDeclared(shown)) return undeclared(shown, 'notices')
    const [recipients, deliveries] = await Promise.all([
      ask('notices.recipients', { params }),
      ask('notices.list', { params, query: { limit: 100 } }),
    ])
    const mayAct = may('notices.test', { project })
    return {
      title: `Notices of ${project}`,
      ...{ mark: deliveries[0]?.state === 'failed' ? 'failing' : null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'notices')}
${part(
  'Recipients',
  recipients.length === 0
    ? emptiness('Nobody is told of anything.', advice('signalbox.yml names recipients under `notify`.'))
    : table(
        'Recipients',
        ['No.', 'Channel', 'To', 'Of', 'Where', ''],
        recipients.map(({ position, channel, to, events, environments }) => [
          position,
          channel,
          to,
          events.map(eventText).join(', '),
          environments.length === 0 ? 'everywhere' : environments.join(', '),
          mayAct
            ? form(
                {
                  route: 'notices.test',
                  params,
                  fixed: { [fieldName('body.position', 'int')]: String(position) },
                  back: here,
                },
                button('Send a test'),
              )
            : '',
        ]),
      ),
)}
${part(
  'Deliveries',
  deliveries.length === 0
    ? emptiness('Nothing was sent yet.')
    : table(
        'Deliveries',
        ['Message', 'State', 'Of', 'To', 'When', 'Tries', ''],
        deliveries.map(
          ({ id, title, state, event, subject, channel, to, createdAt, attempts, problem, nextAt, environment }) => [
            html`<div class="title-cell">${title}</div>`,
            html`<span class="chip ${state === 'failed' ? 'stop' : state === 'delivered' ? 'well' : 'caution'}">${state}</span> ${advice(problem ?? '')}`,
            html`${eventText(event)} ${/^[dro]\d+$/.test(subject) ? seenLink(asking, subject) : subject} ${environment ?? ''}`,
            html`${channel} <span class="quiet">${to}</span>`,
            when(createdAt, now),
            html`${attempts}${nextAt === null ? '' : html`, again ${when(nextAt, now)}`}`,
            mayAct
              ? form({ route: 'notices.redeliver', params: { notice: id }, back: here }, button('Send again'))
              : '',
          ],
        ),
      ),
)}`,
    }
  },
}

function eventText(event: string): string {
  return event.replaceAll('_', ' ')
}
