import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type Dirent, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import test from 'node:test'
import type { EventView, RunView } from '../../src/api/views.ts'
import { cli } from '../helpers/cli.ts'
import { hostileNames } from '../helpers/hostile-names.ts'
import { gitEnvironment } from '../helpers/repository.ts'
import { type Pushable, type ServerUnderTest, startServer } from '../helpers/server.ts'
import { type TempDir, tempDir } from '../helpers/temp-dir.ts'
import { tinyApp, tinyHost } from '../helpers/tiny-app.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** Kept apart, so that no tool takes the text for a template. */
const dollar = '$'
const project = 'tiny'
const tried = { names: 0 }

/** What no screen may be sent; the line ends and tabs between cells are taken away first. */
const forbidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/u
/** Whoever pushes must read one of these. */
const reasons =
  /the name (is longer than \d+ bytes|is neither a branch nor a tag|has a part that begins with a hyphen|is not UTF-8|has a control character|has a character that turns text around|looks like the name of a commit|is not a name git allows)/

test('a hostile name of a branch or a tag reaches its job as data, or is refused with the reason', async (t) => {
  await using elsewhere = await tempDir()
  await using it = await startServer({ flags: ['--jobs', '4'] })
  const repo = await it.project(project)
  const sha = await repo.commit({ 'signalbox.yml': checksOnly })
  await repo.push('main')
  const refs = [...hostileNames, ...markers(elsewhere)].map(
    (name, index) => `refs/${index % 3 === 2 ? 'tags' : 'heads'}/${name}`,
  )
  const { allowed, forbiddenByGit } = await sorted(repo, refs)
  const taken = await pushInBatches(repo, sha, allowed)
  await refusedWhenSentByHand(it, sha, [...forbiddenByGit, Buffer.from('refs/heads/a\xffb', 'latin1')])
  t.diagnostic(`${refs.length} names of refs: ${taken.length} taken, ${refs.length - taken.length} refused`)
  assert.ok(refs.filter((ref) => ref.startsWith('refs/heads/')).length >= 130)
  assert.ok(refs.filter((ref) => ref.startsWith('refs/tags/')).length >= 65)
  assert.ok(taken.length >= 80, `${taken.length} names were only strange`)
  for (const ref of taken)
    assert.doesNotMatch(ref, /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\/-/u)
  const events = await onePerRef(it, ['refs/heads/main', ...taken])
  await jobsSawTheirNames(it, events)
  await askedFor(it, refs)
  await printedSafely(it, elsewhere, events)
  await unharmed(it, repo, elsewhere)
  tried.names += refs.length + 1
})

test('files with hostile names go through check, build, release and deployment as they are', async (t) => {
  await using elsewhere = await tempDir()
  await using it = await startServer({ flags: ['--jobs', '4'] })
  const repo = await it.project(project)
  const files = filesFor(elsewhere)
  for (const { name, content } of files) write(Buffer.concat([Buffer.from(`${repo.path}/`), name]), content)
  const sha = await repo.commit(withFiles(files))
  assert.equal((await repo.git('ls-tree', '-r', '-z', '--name-only', 'HEAD')).split('\0').length, files.length + 6 + 1)
  await repo.push('main')
  await deployed(it, sha)
  const folder = await askInstance(it, '/folder')
  assert.ok(folder.startsWith(join(it.data, 'host')), folder)
  assert.deepEqual(contentsOf(folder, files), contentsOf(repo.path, files), 'beside the instance lies what was pushed')
  await treesRefused(it, repo)
  await unharmed(it, repo, elsewhere)
  assert.equal(await askInstance(it, '/healthz'), 'fine')
  t.diagnostic(`${files.length} names of files, ${impossible.length} that no folder can hold`)
  tried.names += files.length + impossible.length
})

test('there were three hundred names', () => {
  assert.ok(tried.names >= 300, `${tried.names} names`)
})

const checksOnly = `project: ${project}
on:
  push: { branches: ['**'] }
  tags: ['**']
checks:
  name: |
    printf '%s' "$SIGNALBOX_BRANCH" | od -An -v -tx1 | tr -d ' \\n'
    printf '\\n%s\\n' "$SIGNALBOX_BRANCH"
    for each in marker-* "$HOME"/marker-*; do test ! -e "$each"; done
`

/** Each tries to leave a file where the program stands, where it is at home, or in a folder of the test. */
function markers(elsewhere: TempDir): readonly string[] {
  const places = ['', `${dollar}{HOME}/`, '~/', `${elsewhere.path}/`]
  return places.flatMap((place, index) => {
    const word = `touch${dollar}{IFS}${place}marker-${index}`
    return [
      ...[`$(${word})`, `\`${word}\``, `;${word};`, `&&${word};#`, `|${word}|`, `"$(${word})"`, `';${word};'`],
      ...[
        `--upload-pack=${word};`,
        `x;${word}${dollar}{IFS}`,
        `a%0a${word}%0a`,
        `a\n${word}\n`,
        `${dollar}{x:=$(${word})}`,
      ],
    ]
  })
}

/** Those that git itself, asked as a program, would take, and the others. */
async function sorted(repo: Pushable, refs: readonly string[]) {
  const isAllowed = (ref: string) =>
    ref.includes('\0') || ref !== Buffer.from(ref).toString()
      ? Promise.resolve(false)
      : repo.git('check-ref-format', ref).then(
          () => true,
          () => false,
        )
  const answers = await Promise.all(refs.map(isAllowed))
  return {
    allowed: refs.filter((_, index) => answers[index]),
    forbiddenByGit: refs.filter((_, index) => !answers[index]).map((ref) => Buffer.from(ref)),
  }
}

/** A push with a refused name is refused whole, and says which it is: what stood beside it is pushed again without it. */
async function pushInBatches(repo: Pushable, sha: string, refs: readonly string[]): Promise<readonly string[]> {
  const size = 40
  const taken: string[] = []
  for (let at = 0; at < refs.length; at += size) {
    const batch = refs.slice(at, at + size)
    const first = await pushed(repo, sha, batch)
    taken.push(...first.taken)
    const again = first.beside.length === 0 ? first : await pushed(repo, sha, first.beside)
    if (again === first) continue
    assert.deepEqual(again.beside, [])
    assert.deepEqual([...again.taken].sort(), [...first.beside].sort())
    taken.push(...again.taken)
  }
  return taken
}

async function pushed(repo: Pushable, sha: string, refs: readonly string[]) {
  const printed = await repo
    .push('--porcelain', '--', ...refs.map((ref) => `${sha}:${ref}`))
    .catch((error: Error & { stdout: string }) => error.stdout)
  const answers = refs.map((ref) => {
    const line = printed.split('\n').find((each) => each.includes(`\t${sha}:${ref}\t`)) ?? ''
    if (/^\*\t/.test(line)) return 'taken'
    if (/\(refused with the others\)$/.test(line)) return 'beside'
    assert.match(line, reasons, `${JSON.stringify(ref)} in ${printed}`)
    return 'refused'
  })
  return {
    taken: refs.filter((_, index) => answers[index] === 'taken'),
    beside: refs.filter((_, index) => answers[index] === 'beside'),
  }
}

/** A pack without objects: what it refers to is there already. */
const emptyPack = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex')

async function refusedWhenSentByHand(it: ServerUnderTest, sha: string, refs: readonly Buffer[]): Promise<void> {
  for (const ref of refs) {
    const line = Buffer.concat([
      ...[Buffer.from(`${'0'.repeat(40)} ${sha} `), ref, Buffer.from('\0 report-status delete-refs\n')],
    ])
    const length = (line.length + 4).toString(16).padStart(4, '0')
    const answer = await fetch(`${it.serving.url}/git/${project}.git/git-receive-pack`, {
      method: 'POST',
      body: Buffer.concat([Buffer.from(length), line, Buffer.from('0000'), emptyPack]),
      headers: { authorization: `Bearer ${token(it)}`, 'content-type': 'application/x-git-receive-pack-request' },
    })
    assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(ref.toString())}`)
    const said = await answer.text()
    assert.match(said, reasons, JSON.stringify(ref.toString()))
    assert.doesNotMatch(said, /^.{4}ok /m)
  }
}

async function onePerRef(it: ServerUnderTest, refs: readonly string[]): Promise<readonly EventView[]> {
  const events = await it.client.call('events.list', { params: { project }, query: { limit: 500 } })
  assert.deepEqual(events.map(({ ref }) => ref).sort(), [...refs].sort())
  for (const { ref, run, because } of events) assert.ok(run !== null, `${JSON.stringify(ref)}: ${because}`)
  return events
}

async function jobsSawTheirNames(it: ServerUnderTest, events: readonly EventView[]): Promise<void> {
  const runs = await waitFor('all runs to end', () => endedRuns(it, events.length), 90_000)
  for (const { ref, run: id } of events) {
    const run = runs.find((each) => each.id === id)
    const name = shortName(ref)
    assert.equal(run?.branch, name)
    assert.equal(run?.outcome, 'succeeded', `${JSON.stringify(ref)}: ${JSON.stringify(run)}`)
    const params = { run: run?.id ?? '', job: 'name' }
    const { lines } = await it.client.call('jobs.log', { params, query: { offset: 0 } })
    const printed = lines.filter(({ stream }) => stream === 'o').map(({ text }) => text)
    assert.deepEqual(printed, [Buffer.from(name).toString('hex'), name])
  }
}

async function endedRuns(it: ServerUnderTest, wanted: number): Promise<readonly RunView[] | null> {
  const runs = await it.client.call('runs.list', { query: { project, limit: 500 } })
  assert.equal(runs.length, wanted, 'a run for each ref, and none besides')
  return runs.every(({ state }) => state === 'finished') ? runs : null
}

/** The same words in a question instead of a push: an answer, or a fault of whoever asks. */
async function askedFor(it: ServerUnderTest, refs: readonly string[]): Promise<void> {
  const ask = async (commit: string) => {
    const answer = await fetch(
      `${it.serving.url}/api/v1/projects/${project}/commits/${encodeURIComponent(commit)}/explain`,
      { headers: { authorization: `Bearer ${token(it)}` } },
    )
    await answer.arrayBuffer()
    assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(commit)}`)
  }
  const names = refs.map((ref) => shortName(ref).toWellFormed())
  for (let at = 0; at < names.length; at += 8) await Promise.all(names.slice(at, at + 8).map(ask))
}

async function printedSafely(it: ServerUnderTest, home: TempDir, events: readonly EventView[]): Promise<void> {
  const env = { SIGNALBOX_URL: it.serving.url, SIGNALBOX_TOKEN: token(it) }
  const strange = events.filter(({ ref }) => /[^ -~]/.test(ref)).slice(0, 3)
  const lists = [
    ['runs', 'list', '--limit', '500'],
    ['events', '--limit', '500'],
  ]
  const others = [
    ['status'],
    ...strange.flatMap(({ run }) => [
      ['runs', 'show', run ?? ''],
      ['logs', run ?? ''],
    ]),
  ]
  for (const words of [...lists, ...others]) {
    const { code, stdout, stderr } = await cli(['--project', project, ...words], { cwd: home.path, env })
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(`${stdout}${stderr}`.replaceAll('\n', ''), words[0] === 'logs' ? /\p{Cc}/u : forbidden)
    if (!lists.includes(words)) continue
    assert.equal(stdout.trimEnd().split('\n').length, events.length + 1, 'a line for each')
    for (const { ref } of events) assert.ok(stdout.includes(asPrinted(shortName(ref))), JSON.stringify(ref))
  }
}

function asPrinted(name: string): string {
  return name.replace(/[\u00ad\u200b\ufeff]/g, (each) => {
    const code = each.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16)}` : `\\u{${code.toString(16)}}`
  })
}

function filesFor(elsewhere: TempDir): readonly { readonly name: Buffer; readonly content: string }[] {
  const tar = [
    '--checkpoint=1',
    '--to-command=sh',
    '-rf',
    '-C',
    '--use-compress-program=sh',
    '--files-from=x',
    'a\\057b',
  ]
  const touch = [
    '--checkpoint-action=exec=touch marker-8',
    '$(touch marker-9)',
    ';touch marker-9;',
    'x\ntouch marker-9\n',
  ]
  const bytes = [Buffer.from([0xff]), Buffer.from('a\x80\xfe', 'latin1'), Buffer.from('é', 'latin1')]
  const texts = [...hostileNames, ...markers(elsewhere), ...tar, ...touch].filter(canBeFile)
  const names = [...texts.map((text) => Buffer.from(text)), ...bytes]
  return names.map((name) => ({ name, content: `this is ${name.toString('hex')}\n` }))
}

/** A folder could not also be a file, so names with a slash are left out but for those below folders of their own. */
function canBeFile(name: string): boolean {
  const parts = name.split('/')
  const isUsual = parts.every((part) => part !== '' && !['.', '..', '.git'].includes(part))
  const isShort = parts.every((part) => Buffer.byteLength(part) <= 255)
  const isApart = parts.length === 1 || !hostileNames.includes(parts[0] ?? '')
  return isUsual && isShort && isApart && !name.includes('\0') && name === Buffer.from(name).toString()
}

function write(path: Buffer, content: string): void {
  mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true })
  writeFileSync(path, content)
}

/** Check and build each look for every file themselves, and the web process tells where it is. */
function withFiles(files: ReturnType<typeof filesFor>): Record<string, string> {
  const app = tinyApp('one', { instances: 1 })
  const look = `const fs = require('fs')
for (const [name, content] of JSON.parse(fs.readFileSync('wanted.json', 'utf8'))) {
  if (fs.readFileSync(Buffer.from(name, 'hex'), 'utf8') !== content) throw new Error(name)
}
`
  const web = `const answers = { '/healthz': 'fine', '/folder': process.cwd() }
require('http').createServer(({ url }, response) => response.end(answers[url] ?? '')).listen(process.env.PORT, '127.0.0.1')
`
  const configuration = `${app['signalbox.yml']}`.replace(
    '    shared: [data]\n',
    '    shared: [data]\n    build: node check.js && echo built > built\n',
  )
  return {
    ...{ 'signalbox.yml': configuration, 'check.js': look, 'web.js': web },
    ...{ 'worker.js': `${app['worker.js']}`, 'migrate.js': `${app['migrate.js']}` },
    'wanted.json': JSON.stringify(files.map(({ name, content }) => [name.toString('hex'), content])),
  }
}

async function deployed(it: ServerUnderTest, sha: string): Promise<void> {
  await waitFor(
    `${sha} to be live`,
    async () => {
      const [run] = await it.client.call('runs.list', { query: { project, limit: 1 } })
      if (run?.state === 'finished') assert.equal(run.outcome, 'succeeded', JSON.stringify(run))
      const [newest] = await it.client.call('deployments.list', { query: { project, limit: 1 } })
      if (newest?.state !== 'finished') return false
      assert.equal(newest.outcome, 'succeeded', JSON.stringify(newest))
      return newest.release.commit === sha
    },
    60_000,
  )
}

async function askInstance(it: ServerUnderTest, path: string): Promise<string> {
  const [host = '', port = ''] = it.serving.edge.split(':')
  const asked = request({ host, port, path, headers: { host: tinyHost }, agent: false })
  const answer = Promise.withResolvers<string>()
  asked.on('error', answer.reject).on('response', (response) => {
    response
      .setEncoding('utf8')
      .toArray()
      .then((parts) => answer.resolve(parts.join('')), answer.reject)
  })
  asked.end()
  return answer.promise
}

function contentsOf(folder: string, files: ReturnType<typeof filesFor>): readonly (readonly [string, string])[] {
  return files.map(({ name }) => [
    name.toString('hex'),
    readFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), 'utf8'),
  ])
}

/** Names that a tree can hold and no folder should. */
const impossible = ['.', '..', '.git', '.GIT', 'git~1', '.g\u200cit', 'a/b', '../marker-7']

async function treesRefused(it: ServerUnderTest, repo: Pushable): Promise<void> {
  const before = await it.client.call('events.list', { params: { project }, query: { limit: 50 } })
  const blob = await repo.git('rev-parse', 'HEAD:check.js')
  for (const name of impossible) {
    const tree = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')])
    const id = await written(repo, tree)
    const commit = await repo.git('commit-tree', '-m', 'a tree', id)
    const refused = await repo.push(`${commit}:refs/heads/trees`).catch((error: Error) => error)
    assert.ok(refused instanceof Error, `${JSON.stringify(name)} was taken`)
    assert.match(refused.message, /hasDot|hasDotdot|hasDotgit|fullPathname/, JSON.stringify(name))
  }
  const after = await it.client.call('events.list', { params: { project }, query: { limit: 50 } })
  assert.deepEqual(after, before)
}

function written(repo: Pushable, tree: Buffer): Promise<string> {
  const words = ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally']
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile('git', words, { cwd: repo.path, env: gitEnvironment(repo.path) }, (error, stdout) =>
    error === null ? resolve(stdout.trim()) : reject(error),
  )
  child.stdin?.end(tree)
  return promise
}

/** The server is the same and well, said nothing of a fault of its own, and nobody left a file. */
async function unharmed(it: ServerUnderTest, repo: Pushable, elsewhere: TempDir): Promise<void> {
  process.kill(it.pid, 0)
  assert.equal((await it.client.call('facts.verify')).holds, true)
  assert.doesNotMatch(await it.log(), /"level":(50|60|"error"|"fatal")/)
  const here = [process.cwd(), process.env.HOME ?? '/', '/', '/tmp', dirname(it.data), elsewhere.path, repo.path]
  for (const folder of here) assert.deepEqual(readdirSync(folder).filter(isMarker), [], folder)
  assert.deepEqual(markersBelow(it.data), [])
}

function isMarker(name: string): boolean {
  return /^(signalbox-)?marker(-\d+)?$/.test(name)
}

/** The names of refs are the names of files in a repository, and may look like it. */
function markersBelow(folder: string): readonly string[] {
  const found = globSync('**/*marker*', { cwd: folder, withFileTypes: true }) as readonly Dirent[]
  return found
    .filter(({ name, parentPath }) => isMarker(name) && !parentPath.includes('/refs/'))
    .map(({ name }) => name)
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '')
}

function token(it: ServerUnderTest): string {
  return readFileSync(it.serving.tokenFile, 'utf8').trim()
}
