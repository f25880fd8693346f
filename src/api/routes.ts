import { z } from 'zod'
import { route } from './route.ts'
import * as views from './views.ts'

/** Everything the API can be asked: the server, its clients and the reference are made from this table. */

const name = z.string().min(1).max(200)
const comment = z.string().max(2_000).optional()
const limit = z.coerce.number().int().min(1).max(500).default(50)
const offset = z.coerce
  .number()
  .int()
  .min(-(2 ** 40))
  .max(2 ** 40)
  .default(0)
/** How many are too many is the engine's to say. */
const counts = z
  .record(z.string().min(1).max(100), z.int().min(0))
  .refine((named) => Object.keys(named).length > 0, 'names no process')
/** What the system can hand to a program. */
const word = z
  .string()
  .max(32 * 1024)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'a NUL character or half a character')
const flag = z.enum(['true', 'false']).default('false')

const ofProject = z.strictObject({ project: name })
const ofEnvironment = z.strictObject({ project: name, environment: name })
const ofRun = z.strictObject({ run: name })
const ofJob = z.strictObject({ run: name, job: z.string().min(1).max(500) })
const ofDeployment = z.strictObject({ deployment: name })
const ofOneOff = z.strictObject({ oneOff: name })
const ofToken = z.strictObject({ token: name })

const atProject = '/projects/:project'
const atEnvironment = '/projects/:project/environments/:environment'
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly()
const deployments = list(views.deployment)

export const routes = {
  // ---- server -------------------------------------------------------------------------------------------------------
  version: route({
    ...{ method: 'GET', path: '/version', scope: 'anyone', kind: 'json' },
    sentence: 'Tells which program this is.',
    answer: views.version,
  }),
  health: route({
    ...{ method: 'GET', path: '/health', scope: 'anyone', kind: 'json' },
    sentence: 'Answers when the server can read its store, and tells what of it lies on a disk that is full.',
    answer: z.object({ status: z.enum(['ok', 'full']), full: list(z.string()) }),
  }),
  openapi: route({
    ...{ method: 'GET', path: '/openapi.json', scope: 'anyone', kind: 'json' },
    sentence: 'This table as an OpenAPI 3.1 document.',
    answer: z.record(z.string(), z.unknown()),
  }),

  // ---- projects -----------------------------------------------------------------------------------------------------
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

  // ---- runs ---------------------------------------------------------------------------------------------------------
  'runs.list': route({
    ...{ method: 'GET', path: '/runs', scope: 'read', kind: 'json' },
    sentence: 'Lists runs, newest first.',
    query: z.strictObject({ project: name.optional(), limit }),
    answer: list(views.run),
  }),
  'runs.show': route({
    ...{ method: 'GET', path: '/runs/:run', scope: 'read', kind: 'json' },
    sentence: 'Shows one run with its jobs.',
    params: ofRun,
    answer: views.run,
  }),
  'runs.cancel': route({
    ...{ method: 'POST', path: '/runs/:run/cancel', scope: 'deploy', kind: 'json' },
    sentence: 'Ends a run.',
    params: ofRun,
    answer: views.run,
  }),
  'runs.rerun': route({
    ...{ method: 'POST', path: '/runs/:run/rerun', scope: 'deploy', kind: 'json' },
    sentence: 'Runs again what did not succeed: the same commit, and what succeeded is kept.',
    params: ofRun,
    answer: views.run,
  }),
  'jobs.log': route({
    ...{ method: 'GET', path: '/runs/:run/jobs/:job/log', scope: 'read', kind: 'json' },
    sentence: 'Reads a piece of a job’s log from a byte on; a negative offset counts from the end.',
    params: ofJob,
    query: z.strictObject({ offset, attempt: z.coerce.number().int().min(1).optional() }),
    answer: views.logPart,
  }),
  'jobs.log.follow': route({
    ...{ method: 'GET', path: '/runs/:run/jobs/:job/log/follow', scope: 'read', kind: 'events' },
    sentence: 'Reads a job’s log from a byte on, and goes on until the job has ended. Ids are byte offsets.',
    params: ofJob,
    query: z.strictObject({ offset, attempt: z.coerce.number().int().min(1).optional() }),
    answer: views.logPart,
  }),

  // ---- releases and deployments ---------------------------------------------------------------------------------------
  'releases.list': route({
    ...{ method: 'GET', path: `${atProject}/releases`, scope: 'read', kind: 'json' },
    sentence: 'Lists releases, newest first.',
    params: ofProject,
    query: z.strictObject({ app: name.optional(), limit }),
    answer: list(views.release),
  }),
  'deployments.list': route({
    ...{ method: 'GET', path: '/deployments', scope: 'read', kind: 'json' },
    sentence: 'Lists deployments, newest first.',
    query: z.strictObject({ project: name.optional(), environment: name.optional(), app: name.optional(), limit }),
    answer: deployments,
  }),
  'deployments.show': route({
    ...{ method: 'GET', path: '/deployments/:deployment', scope: 'read', kind: 'json' },
    sentence: 'Shows one deployment with its gates, approvals and timeline.',
    params: ofDeployment,
    answer: views.deploymentDetail,
  }),
  'deployments.plan': route({
    ...{ method: 'GET', path: '/deployments/:deployment/plan', scope: 'read', kind: 'json' },
    sentence: 'Shows what a deployment will do, as of now, and the hash to approve it by.',
    params: ofDeployment,
    answer: views.plan,
  }),
  'deployments.approve': route({
    ...{ method: 'POST', path: '/deployments/:deployment/approve', scope: 'deploy', kind: 'json' },
    sentence: 'Says yes to a plan by its hash.',
    params: ofDeployment,
    body: z.strictObject({ plan: z.string().regex(/^[0-9a-f]{64}$/, 'not a hash of 64 hexadecimal digits'), comment }),
    answer: views.deployment,
  }),
  'deployments.reject': route({
    ...{ method: 'POST', path: '/deployments/:deployment/reject', scope: 'deploy', kind: 'json' },
    sentence: 'Says no to a deployment that waits for approval.',
    params: ofDeployment,
    body: z.strictObject({ comment }),
    answer: views.deployment,
  }),
  'deployments.cancel': route({
    ...{ method: 'POST', path: '/deployments/:deployment/cancel', scope: 'deploy', kind: 'json' },
    sentence: 'Ends a deployment; one under way goes back to what served before.',
    params: ofDeployment,
    answer: views.deployment,
  }),

  // ---- environments ---------------------------------------------------------------------------------------------------
  status: route({
    ...{ method: 'GET', path: `${atProject}/status`, scope: 'read', kind: 'json' },
    sentence: 'Tells for each app and environment what is desired, attempted, running and serving, and what waits.',
    params: ofProject,
    query: z.strictObject({ environment: name.optional() }),
    answer: list(views.track),
  }),
  plan: route({
    ...{ method: 'GET', path: `${atEnvironment}/plan`, scope: 'read', kind: 'json' },
    sentence: 'Shows what sending a release here would do; the newest one when none is named.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional(), version: name.optional() }),
    answer: list(views.plan),
  }),
  deploy: route({
    ...{ method: 'POST', path: `${atEnvironment}/deploy`, scope: 'deploy', kind: 'json' },
    sentence: 'Sends a release on its way here; the newest one when none is named.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), version: name.optional(), comment }),
    answer: deployments,
  }),
  redeploy: route({
    ...{ method: 'POST', path: `${atEnvironment}/redeploy`, scope: 'deploy', kind: 'json' },
    sentence: 'Replaces every instance by a new one of the release that is live, with the variables as they are now.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), comment }),
    answer: deployments,
  }),
  rollback: route({
    ...{ method: 'POST', path: `${atEnvironment}/rollback`, scope: 'deploy', kind: 'json', limitMs: 5 * 60_000 },
    sentence: 'Goes back to the release that was live before, or to the one named.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), version: name.optional(), comment }),
    answer: deployments,
  }),
  promote: route({
    ...{ method: 'POST', path: `${atEnvironment}/promote`, scope: 'deploy', kind: 'json' },
    sentence: 'Sends what is live here to another environment: the same archive, nothing is built.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), to: name, comment }),
    answer: deployments,
  }),
  scale: route({
    ...{ method: 'POST', path: `${atEnvironment}/scale`, scope: 'deploy', kind: 'json' },
    sentence: 'Changes how many instances of processes run.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), counts, comment }),
    answer: views.deployment,
  }),
  lock: route({
    ...{ method: 'POST', path: `${atEnvironment}/lock`, scope: 'deploy', kind: 'json' },
    sentence: 'Puts a stop sign on an environment, for good or for a while.',
    params: ofEnvironment,
    body: z.strictObject({
      reason: z.string().min(1).max(500),
      forMs: z
        .int()
        .min(1_000)
        .max(366 * 86_400_000)
        .optional(),
    }),
    answer: views.lock,
  }),
  unlock: route({
    ...{ method: 'POST', path: `${atEnvironment}/unlock`, scope: 'deploy', kind: 'json' },
    sentence: 'Takes the stop sign away; false when there was none.',
    params: ofEnvironment,
    answer: z.object({ unlocked: z.boolean() }),
  }),
  'variables.list': route({
    ...{ method: 'GET', path: `${atEnvironment}/variables`, scope: 'read', kind: 'json' },
    sentence: 'Lists the variables that were set here; of secrets the names only.',
    params: ofEnvironment,
    answer: views.variables,
  }),
  'variables.set': route({
    ...{ method: 'PUT', path: `${atEnvironment}/variables`, scope: 'deploy', kind: 'json' },
    sentence: 'Sets variables, or unsets those whose value is null, all under one new version.',
    params: ofEnvironment,
    body: z.strictObject({
      changes: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(128),
            value: z
              .string()
              .max(64 * 1024)
              .nullable(),
            /** Left out: as it is, or as the configuration says. */
            secret: z.boolean().optional(),
          }),
        )
        .min(1)
        .max(500),
    }),
    answer: z.object({ version: z.int() }),
  }),
  'instances.logs': route({
    ...{ method: 'GET', path: `${atEnvironment}/logs`, scope: 'read', kind: 'events' },
    sentence: 'Shows the newest lines of what runs here, and goes on with those that come.',
    params: ofEnvironment,
    query: z.strictObject({
      app: name.optional(),
      process: name.optional(),
      lines: z.coerce.number().int().min(0).max(10_000).default(100),
      follow: flag,
    }),
    answer: views.instanceLine,
  }),

  // ---- one-off commands -----------------------------------------------------------------------------------------------
  'one-offs.start': route({
    ...{ method: 'POST', path: `${atEnvironment}/one-offs`, scope: 'deploy', kind: 'json' },
    sentence: 'Runs a command once, in the release and with the variables that are live here.',
    params: ofEnvironment,
    body: z.strictObject({
      app: name.optional(),
      command: z.array(word).min(1).max(500),
      limitMs: z
        .int()
        .min(1_000)
        .max(7 * 86_400_000)
        .default(3_600_000),
    }),
    answer: views.oneOff,
  }),
  'one-offs.show': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff', scope: 'read', kind: 'json' },
    sentence: 'Shows a one-off command and how it ended.',
    params: ofOneOff,
    answer: views.oneOff,
  }),
  'one-offs.log': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff/log', scope: 'read', kind: 'json' },
    sentence: 'Reads a piece of what a one-off command, or the migration `d42-migrate` of a deployment, printed.',
    params: ofOneOff,
    query: z.strictObject({ offset }),
    answer: views.logPart,
  }),
  'one-offs.log.follow': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff/log/follow', scope: 'read', kind: 'events' },
    sentence:
      'Reads what a one-off command, or the migration of a deployment, printed, and goes on until it has ended. Ids are byte offsets.',
    params: ofOneOff,
    query: z.strictObject({ offset }),
    answer: views.logPart,
  }),

  // ---- record ---------------------------------------------------------------------------------------------------------
  'facts.list': route({
    ...{ method: 'GET', path: '/facts', scope: 'read', kind: 'json' },
    sentence: 'Lists facts of the journal after a number, oldest first; the newest ones when no number is given.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).optional(),
      project: name.optional(),
      subject: name.optional(),
      kind: name.optional(),
      limit,
    }),
    answer: list(views.fact),
  }),
  'facts.follow': route({
    ...{ method: 'GET', path: '/facts/follow', scope: 'read', kind: 'events' },
    sentence: 'Tells facts after a number, and then each as it is recorded. Ids are the facts’ numbers.',
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional(), project: name.optional() }),
    answer: views.fact,
  }),
  'facts.verify': route({
    ...{ method: 'GET', path: '/facts/verify', scope: 'read', kind: 'json', limitMs: 5 * 60_000 },
    sentence: 'Re-derives the journal’s whole hash chain.',
    answer: views.auditVerdict,
  }),

  // ---- tokens ---------------------------------------------------------------------------------------------------------
  'tokens.me': route({
    ...{ method: 'GET', path: '/me', scope: 'read', kind: 'json' },
    sentence: 'Tells whose token this is and what it may.',
    answer: z.object({ name: z.string(), scope: views.scope }),
  }),
  'tokens.list': route({
    ...{ method: 'GET', path: '/tokens', scope: 'admin', kind: 'json' },
    sentence: 'Lists the tokens; their values are known to nobody but their owners.',
    answer: list(views.token),
  }),
  'tokens.create': route({
    ...{ method: 'POST', path: '/tokens', scope: 'admin', kind: 'json' },
    sentence: 'Makes a token. Its name stands in the record for the person, and its value is shown this once.',
    body: z.strictObject({
      name: z
        .string()
        .regex(
          /^[A-Za-z0-9][\w.@-]{0,63}$/,
          'not 1 to 64 letters, digits and any of . _ @ - with a letter or a digit first',
        ),
      scope: views.scope,
      forMs: z
        .int()
        .min(1_000)
        .max(3_660 * 86_400_000)
        .optional(),
    }),
    answer: z.object({ token: views.token, value: z.string() }),
  }),
  'tokens.revoke': route({
    ...{ method: 'DELETE', path: '/tokens/:token', scope: 'admin', kind: 'json' },
    sentence: 'Makes a token worthless at once.',
    params: ofToken,
    answer: z.object({ revoked: z.string() }),
  }),
} as const

export type Routes = typeof routes
export type RouteName = keyof Routes
