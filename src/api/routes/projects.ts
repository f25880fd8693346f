import { z } from 'zod'
import { atProject, limit, list, name, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const projectRoutes = {
  'projects.list': route({
    ...{ method: 'GET', path: '/projects', scope: 'read', kind: 'json' },
    sentence: 'Lists the projects.',
    answer: list(views.project),
  }),
  'projects.show': route({
    ...{ method: 'GET', path: atProject, scope: 'read', kind: 'json' },
    sentence: 'Shows one project.',
    params: ofProject,
    answer: views.project,
  }),
  'projects.add': route({
    ...{ method: 'POST', path: '/projects', scope: 'admin', kind: 'json', limitMs: 20 * 60_000 },
    sentence: 'Adds a project, empty or with the history of another repository, whose main branch then starts a run.',
    body: z.strictObject({ name, origin: z.string().min(1).max(2_000).optional() }),
    answer: z.object({ project: views.project, events: list(views.event), leftOut: list(z.string()) }),
  }),
  'projects.remove': route({
    ...{ method: 'DELETE', path: atProject, scope: 'admin', kind: 'json', limitMs: 5 * 60_000 },
    sentence: 'Forgets a project on which nothing runs, with its repository. What was recorded stays.',
    params: ofProject,
    answer: z.object({ removed: z.string() }),
  }),
  'events.list': route({
    ...{ method: 'GET', path: `${atProject}/events`, scope: 'read', kind: 'json' },
    sentence: 'Lists what was accepted from outside, newest first, and what each led to.',
    params: ofProject,
    query: z.strictObject({ limit }),
    answer: list(views.event),
  }),
  explain: route({
    ...{ method: 'GET', path: `${atProject}/commits/:commit/explain`, scope: 'read', kind: 'json' },
    sentence:
      'Tells why a commit is, or is not, live in each environment. A commit is named by 7 or more digits, a branch or a tag.',
    params: ofProject.extend({ commit: z.string().min(1).max(300) }),
    answer: views.explanation,
  }),
} as const
