import { Command } from '@commander-js/extra-typings'
import type { PublicationView, ReleaseDraftView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { plural, releaseText, shortSha } from '../../lib/short-text.ts'
import { ago, moment } from '../../lib/time-text.ts'
import { readInput } from '../input.ts'
import { limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { releaseLines } from '../show/release.ts'
import { wayBackCells } from '../show/way-back.ts'
import { bold, cyan, dim, green, listing, type Text } from '../text.ts'
import { readUserFile, within } from '../user-file.ts'
import type { World } from '../world.ts'

export function releasesCommand(open: Open) {
  return new Command('releases')
    .summary('list, draft and publish releases')
    .description('What was built, what would be published next, and what was published.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(show(open))
    .addCommand(draft(open))
    .addCommand(publish(open))
    .addCommand(published(open))
    .addCommand(alias(open))
    .addCommand(changelog(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List the releases of a project, newest first: where each is live, and whether one can go back to it.')
    .argument('[app]', 'only those of this app')
    .option('--can-rollback <environment>', 'those that were live there, whether one can go back to each, and why not')
    .addOption(limitOption())
    .action(async (app, { limit, canRollback: environment }) => {
      const { client, project, output, world } = open()
      const api = await client()
      if (environment !== undefined) {
        const question = { params: { project: await project(), environment }, query: { app } }
        const ways = (await api.call('ways-back', question)).slice(0, limit)
        const rows = ways.map((way) => wayBackCells(way, world.clock.now()))
        const head = ['where', 'release', 'last live by', 'can go back', 'because', 'title']
        return await output.show(ways, () => listing(head, rows))
      }
      const releases = await api.call('releases.list', { params: { project: await project() }, query: { app, limit } })
      const now = world.clock.now()
      const rows = releases.map((release) => [
        ...[release.app, release.version, shortSha(release.commit), ago(release.createdAt, now)],
        green(release.liveIn.join(', ')),
        release.discardedAt === null ? 'kept' : dim('discarded'),
        ...[release.run, release.aliases.join(', '), release.title],
      ])
      await output.show(releases, () =>
        listing(['app', 'version', 'commit', 'built', 'live in', 'archive', 'run', 'also called', 'title'], rows),
      )
    })
}

function show(open: Open) {
  return new Command('show')
    .description(
      'Show one release: what it was made from, where it is live, whether one can go back to it, and its notes.',
    )
    .argument('<version>', 'any name of the release')
    .option('--app <app>', 'the app, where several have a release of that name')
    .action(async (version, { app }) => {
      const { client, project, output, world } = open()
      const params = { project: await project(), release: version }
      const release = await (await client()).call('releases.show', { params, query: { app } })
      await output.show(release, () => releaseLines(release, world.clock.now()))
    })
}

function draft(open: Open) {
  return new Command('draft')
    .description(
      'Show what the next publication would tell of: everything since the last one. Each push keeps it up to date.',
    )
    .argument('[app]', 'only that of this app')
    .action(async (app) => {
      const { client, project, output } = open()
      const api = await client()
      const drafts = await api.call('releases.drafts', { params: { project: await project() }, query: { app } })
      await output.show(drafts, () => drafts.flatMap(draftLines))
    })
}

function draftLines(draft: ReleaseDraftView): readonly Text[] {
  const { app, since, changes, isCut, notes, version, because } = draft
  const head: Text = [bold(app), `: ${plural(changes.length, 'change')} since ${since?.tag ?? 'the beginning'}`]
  const next: Text =
    version === null
      ? ['Nothing to publish: ', because ?? '']
      : [`${version} would be published: `, cyan(`signalbox releases publish ${app}`)]
  return [head, ...(isCut ? ['There are more; only the newest are told.'] : []), '', ...notes.split('\n'), '', next]
}

function publish(open: Open) {
  return new Command('publish')
    .description(
      'Publish a release: it gets a tag, and goes to the environments that wait for that. Without a version: the one that was verified before them, not the newest.',
    )
    .argument('<app>', 'the app')
    .argument('[version]', 'the release, as `signalbox releases` lists it')
    .option('--notes-file <file>', 'notes in Markdown instead of those of the draft; - for standard input')
    .action(async (app, version, { notesFile }) => {
      const { client, project, output, world } = open()
      const notes = notesFile === undefined ? undefined : await notesIn(world, notesFile)
      const question = { params: { project: await project(), app }, body: { version, notes } }
      const made = await (await client()).call('releases.publish', question)
      await output.show(made, () => [[green('published '), publicationText(made)], '', ...made.notes.split('\n')])
    })
}

const mostNotes = 100_000

async function notesIn(world: World, path: string): Promise<string> {
  if (path === '-') return await readInput(world, { what: 'the notes', flag: '--notes-file', limitBytes: mostNotes })
  const text = await readUserFile(within(world.folder, path), mostNotes)
  if (text === null) throw new Fault('file.missing', { details: { path } })
  return text
}

function published(open: Open) {
  return new Command('published')
    .description('List what was published, newest first.')
    .argument('[app]', 'only of this app')
    .addOption(limitOption())
    .action(async (app, { limit }) => {
      const { client, project, output } = open()
      const question = { params: { project: await project() }, query: { app, limit } }
      const all = await (await client()).call('releases.published', question)
      const rows = all.map((each) => [each.app, each.tag, releaseText(each.release), each.by, `${moment(each.at)} UTC`])
      await output.show(all, () => listing(['app', 'tag', 'release', 'by', 'when'], rows))
    })
}

function publicationText({ app, release, tag }: PublicationView): string {
  return `${app} ${releaseText(release)} as ${tag}`
}

function alias(open: Open) {
  return new Command('alias')
    .description('Give a release another name, which then stands wherever a version may; or take one away.')
    .argument('<app>', 'the app')
    .argument('<name>', 'the new name')
    .argument('[version]', 'the release')
    .option('--remove', 'take the name away')
    .action(async (app, name, version, { remove }) => {
      const { client, project, output } = open()
      const params = { project: await project(), app, alias: name }
      const api = await client()
      if (remove === true) {
        const answer = await api.call('releases.unalias', { params })
        return await output.show(answer, () => [answer.removed ? `${name} is taken away` : `there is no ${name}`])
      }
      if (version === undefined)
        throw new Fault('command.invalid', {
          details: { problem: 'a version is missing, or --remove', command: 'signalbox releases alias' },
        })
      const release = await api.call('releases.alias', { params, body: { version } })
      await output.show(release, () => [`${releaseText(release)} is also called ${release.aliases.join(', ')}`])
    })
}

function changelog(open: Open) {
  return new Command('changelog')
    .description('Print the changelog of a published release in Markdown; or commit it on a branch, to be merged.')
    .argument('<app>', 'the app')
    .argument('[version]', 'any name of the release (otherwise the one published last)')
    .option('--commit', 'write the file below changelogs/, on a branch of its own')
    .action(async (app, version, { commit }) => {
      const { client, project, output } = open()
      const [api, params] = [await client(), { project: await project(), app }]
      if (commit === true) {
        const made = await api.call('releases.changelog.commit', { params, body: { version } })
        return await output.show(made, () => [`${made.path} is on the branch ${made.branch}: ${shortSha(made.commit)}`])
      }
      const told = await api.call('releases.changelog', { params, query: { version } })
      await output.show(told, () => told.markdown.trimEnd().split('\n'))
    })
}
