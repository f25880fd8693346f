import { Command } from '@commander-js/extra-typings'
import type { ProjectView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { ago } from '../../lib/time-text.ts'
import { askYes, canAsk } from '../prompt.ts'
import type { Open, Session } from '../session.ts'
import { bold, cyan, dim, listing, type Text, table } from '../text.ts'
import { within } from '../user-file.ts'

export function projectsCommand(open: Open) {
  return new Command('projects')
    .summary('repositories that are deployed')
    .description('Repositories that are deployed.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(add(open))
    .addCommand(show(open))
    .addCommand(remove(open))
}

function list(open: Open) {
  return new Command('list').description('List the projects.').action(async () => {
    const { client, output, world } = open()
    const projects = await (await client()).call('projects.list')
    const now = world.clock.now()
    const rows = projects.map(({ name, apps, environments, createdAt, gitUrl }) => [
      ...[name, apps.join(', '), environments.join(', '), ago(createdAt, now), gitUrl],
    ])
    await output.show(projects, () => listing(['project', 'apps', 'environments', 'added', 'push to'], rows))
  })
}

function add(open: Open) {
  return new Command('add')
    .description('Add a project: empty, to be pushed to, or with the history of another repository.')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--from <repository>', 'its address, or a folder on the server')
    .action(async (name, { from }) => {
      const { client, output, world } = open()
      const origin = from?.startsWith('.') ? within(world.folder, from) : from
      const added = await (await client()).call('projects.add', { body: { name, origin } })
      for (const ref of added.leftOut) output.note(`left out: ${ref}`)
      await output.show(added, () => [
        `Added: ${name}`,
        ...added.events.map(({ ref, run, because }) => `  ${ref}: ${run ?? 'no run'}, ${because}`),
        ...pushLines(added.project),
      ])
    })
}

function show(open: Open) {
  return new Command('show')
    .description('Show one project.')
    .argument('[project]', 'otherwise the one meant by --project or this folder')
    .action(async (name) => {
      const session = open()
      const client = await session.client()
      const project = await client.call('projects.show', { params: { project: name ?? (await session.project()) } })
      const { world, output } = session
      await output.show(project, () => linesOf(project, world.clock.now()))
    })
}

function remove(open: Open) {
  return new Command('remove')
    .description('Forget a project on which nothing runs, with its repository. What was recorded stays.')
    .argument('<project>', 'its name')
    .option('--yes', 'do not ask')
    .action(async (name, { yes }) => {
      const session = open()
      if (!yes && !(await isSure(session, name))) return session.output.note('Nothing was removed.')
      const answer = await (await session.client()).call('projects.remove', { params: { project: name } })
      await session.output.show(answer, () => [`Removed: ${answer.removed}`])
    })
}

async function isSure({ world }: Session, name: string): Promise<boolean> {
  const flag = '--yes'
  if (!canAsk(world)) throw new Fault('command.input_needed', { details: { what: `A yes to remove ${name}`, flag } })
  return await askYes(world, { text: `Remove ${name} and its repository?`, flag })
}

function linesOf(
  { name, origin, gitUrl, apps, environments, createdAt, createdBy }: ProjectView,
  now: number,
): readonly Text[] {
  const rows: readonly (readonly Text[])[] = [
    [dim('push to'), cyan(gitUrl)],
    ...(origin === null ? [] : [[dim('from'), origin]]),
    [dim('apps'), apps.join(', ') || '-'],
    [dim('environments'), environments.join(', ') || '-'],
    [dim('added'), `${ago(createdAt, now)} by ${createdBy}`],
  ]
  return [bold(name), ...table(rows).map((row): Text => ['  ', row])]
}

/** The whole way from here to a first run. */
function pushLines({ gitUrl }: ProjectView): readonly Text[] {
  const { origin } = new URL(gitUrl)
  return [
    dim('To push to it, with the token of your login for a password:'),
    ['  ', cyan(`git config credential.${origin}.helper '!signalbox git-credential'`)],
    ['  ', cyan(`git remote add signalbox ${gitUrl}`)],
    ['  ', cyan('git push signalbox HEAD')],
  ]
}
