import type { Answer } from '../api/route.ts'
import type { RouteName, Routes } from '../api/routes.ts'
import type { DeploymentView, LinkView, OneOffView, ProjectView, RunView } from '../api/views.ts'
import { heading } from './frame.ts'
import { html } from './html.ts'
import type { Shown } from './page.ts'
import { pageOf, projectPath } from './parts/place.ts'
import { when } from './parts/words.ts'

/** What is said once something is done; of what is not here nothing is. */
const sentences: Partial<Record<RouteName, string>> = {
  lock: 'Locked. Nothing goes there until somebody unlocks it.',
  unlock: 'Unlocked.',
  deploy: 'On its way.',
  redeploy: 'On its way: every instance is replaced.',
  rollback: 'On its way back.',
  promote: 'On its way.',
  scale: 'On its way: the number of instances changes.',
  'approvals.give': 'Approved.',
  'rejections.give': 'Rejected.',
  'deployments.approve': 'Approved.',
  'deployments.reject': 'Rejected.',
  'deployments.cancel': 'It ends; what was served before goes on.',
  'deployments.retry': 'On its way once more.',
  'runs.cancel': 'The run ends.',
  'runs.rerun': 'What did not succeed runs again.',
  'runs.approve': 'The proposal may be run.',
  'runs.reject': 'The proposal is not run.',
  'one-offs.start': 'Started, or waiting for somebody to say yes.',
  'one-offs.approve': 'Approved.',
  'one-offs.reject': 'Rejected.',
  'one-offs.cancel': 'The command ends.',
  'variables.set': 'Kept, as a new version. What runs gets it when it is applied.',
  'variables.apply': 'On its way to what runs.',
  'variables.waive': 'Noted until then.',
  'variables.unwaive': 'Taken back.',
  'freezes.add': 'Frozen.',
  'freezes.remove': 'Not frozen any more.',
  'freezes.override': 'Deployments may go for that time.',
  'maintenance.on': 'Visitors see the maintenance page.',
  'maintenance.off': 'Visitors are let in again.',
  'access.set': 'The name has that password now.',
  'access.remove': 'The name has no password any more.',
  'schedules.pause': 'Paused.',
  'schedules.resume': 'It goes on with its next time.',
  'notices.redeliver': 'Sent again.',
  'notices.test': 'A test message was sent.',
  'releases.publish': 'Published.',
  'releases.alias': 'The release has that name too.',
  'releases.unalias': 'The name is gone.',
  'reverts.create': 'A commit that takes it back stands on a branch of its own.',
  'projects.add': 'The project is there. Push to it.',
  'projects.remove': 'The project is gone; what was recorded stays.',
  'accounts.grant': 'The role is given.',
  'accounts.withdraw': 'The role is taken back.',
  'accounts.sign_out': 'It is signed out of every browser.',
  'accounts.grant.here': 'The role is given.',
  'accounts.disable': 'The account can do nothing from now on.',
  'accounts.enable': 'The account can act again.',
  'server.backup': 'The backup is taken, and whole.',
  'server.backup_verify': 'All of it is there, and is what was written.',
  'tokens.revoke': 'The token is good for nothing any more.',
  'password.change': 'The password is another one now, and you are signed in here alone.',
  'passkeys.remove': 'Nobody signs in with that passkey any more.',
  'sessions.end': 'That session has ended.',
}

export function doneSentence(route: string | undefined): string | null {
  if (route === undefined || !Object.hasOwn(sentences, route)) return null
  return sentences[route as RouteName] ?? null
}

/** Where somebody wants to be then, if not where they were. */
export function afterwards(route: RouteName, answer: unknown): string | null {
  const [first] = Array.isArray(answer) ? answer : [answer]
  switch (route) {
    case 'deploy':
    case 'redeploy':
    case 'rollback':
    case 'promote':
    case 'scale':
    case 'variables.apply':
    case 'deployments.retry':
      return first === undefined ? null : pageOf((first as DeploymentView).id)
    case 'one-offs.start':
      return pageOf((first as OneOffView).id)
    case 'runs.rerun':
      return pageOf((first as RunView).id)
    case 'projects.add':
      return projectPath((first as { readonly project: ProjectView }).project.name)
    case 'projects.remove':
      return '/'
    default:
      return null
  }
}

/** What can be told only in this moment, as it is kept nowhere; null for everything else. */
export function shownOnce<N extends RouteName>(route: N, answer: Answer<Routes[N]>): Shown | null {
  if (route === 'tokens.create') return tokenMade(answer as Answer<Routes['tokens.create']>)
  if (route === 'accounts.add') return linkMade((answer as { readonly link: LinkView | null }).link)
  if (route === 'accounts.invite') return linkMade(answer as LinkView)
  return null
}

function tokenMade({ token: { name }, value }: Answer<Routes['tokens.create']>): Shown {
  return once(
    'Token',
    html`<p>The token <strong>${name}</strong>, shown this once:</p><pre class="code" tabindex="0"><code>${value}</code></pre>
<p class="quiet">Keep it where its program finds it. Whoever has it can act in your name.</p><p><a class="button" href="/me">To your page</a></p>`,
  )
}

function linkMade(link: LinkView | null): Shown | null {
  if (link === null) return null
  return once(
    'Invitation',
    html`<p>Give this link to the person it is for. It is shown this once, is good once, and ends ${when(link.expiresAt, link.expiresAt - 7 * 86_400_000)}:</p>
<pre class="code" tabindex="0"><code>${link.url}</code></pre><p><a class="button" href="/people">To the people</a></p>`,
  )
}

function once(title: string, body: ReturnType<typeof html>): Shown {
  return {
    title,
    mark: null,
    section: 'people',
    about: [],
    body: html`${heading([], title)}<div class="sheet">${body}</div>`,
  }
}
