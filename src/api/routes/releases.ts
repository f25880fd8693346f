import { z } from 'zod'
import { atProject, limit, list, name, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const version = z.string().min(1).max(200)
const ofApp = z.strictObject({ project: name, app: name })
const atApp = `${atProject}/apps/:app`

export const releaseRoutes = {
  'releases.list': route({
    ...{ method: 'GET', path: `${atProject}/releases`, scope: 'read', kind: 'json' },
    sentence: 'Lists releases, newest first; or those that were made from a commit, named in full.',
    params: ofProject,
    query: z.strictObject({ app: name.optional(), commit: name.optional(), limit }),
    answer: list(views.release),
  }),
  'releases.show': route({
    ...{ method: 'GET', path: `${atProject}/releases/:release`, scope: 'read', kind: 'json' },
    sentence:
      'Shows one release, by its id or any of its names; with its notes if it was published, and for each environment whether one can go back to it. `app` is needed where several apps have one of that name.',
    params: ofProject.extend({ release: name }),
    query: z.strictObject({ app: name.optional() }),
    answer: views.releaseDetail,
  }),
  'releases.drafts': route({
    ...{ method: 'GET', path: `${atProject}/drafts`, scope: 'read', kind: 'json' },
    sentence: 'Shows what the next publication of each app that keeps a draft would tell of.',
    params: ofProject,
    query: z.strictObject({ app: name.optional() }),
    answer: list(views.releaseDraft),
  }),
  'releases.publish': route({
    ...{ method: 'POST', path: `${atApp}/publications`, scope: 'deploy', kind: 'json' },
    sentence:
      'Publishes a release: the one named, or the one verified where it must have been first. What is published already is answered as it is.',
    params: ofApp,
    body: z.strictObject({ version: version.optional(), notes: z.string().max(100_000).optional() }),
    answer: views.publication,
  }),
  'releases.published': route({
    ...{ method: 'GET', path: `${atProject}/publications`, scope: 'read', kind: 'json' },
    sentence: 'Lists published releases, newest first.',
    params: ofProject,
    query: z.strictObject({ app: name.optional(), limit }),
    answer: list(views.publication),
  }),
  'releases.alias': route({
    ...{ method: 'PUT', path: `${atApp}/aliases/:alias`, scope: 'deploy', kind: 'json' },
    sentence: 'Gives a release another name.',
    params: ofApp.extend({ alias: name }),
    body: z.strictObject({ version }),
    answer: views.release,
  }),
  'releases.unalias': route({
    ...{ method: 'DELETE', path: `${atApp}/aliases/:alias`, scope: 'deploy', kind: 'json' },
    sentence: 'Takes a name away that a person has given to a release.',
    params: ofApp.extend({ alias: name }),
    answer: z.object({ removed: z.boolean() }),
  }),
  'releases.changelog': route({
    ...{ method: 'GET', path: `${atApp}/changelog`, scope: 'read', kind: 'json' },
    sentence: 'Shows the changelog of a published release: the one named, or the newest.',
    params: ofApp,
    query: z.strictObject({ version: version.optional() }),
    answer: views.changelog,
  }),
  'releases.changelog.commit': route({
    ...{ method: 'POST', path: `${atApp}/changelog`, scope: 'deploy', kind: 'json' },
    sentence: 'Commits the changelog file of a published release on a branch of its own, for people to merge.',
    params: ofApp,
    body: z.strictObject({ version: version.optional() }),
    answer: views.committedChangelog,
  }),
} as const
