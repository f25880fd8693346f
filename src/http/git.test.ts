import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { deflateSync, gzipSync } from 'node:zlib'
import { gitServer, type TestGitServer } from '../../test/helpers/git-server.ts'
import { tokens } from '../../test/helpers/people.ts'
import { gitEnvironment } from '../../test/helpers/repository.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'

test('a push is recorded before the client is told, and the person reads what became of it', async () => {
  const pushes: string[] = []
  let told: readonly unknown[] = []
  let during: ReadonlyMap<string, string> = new Map()
  let before: Promise<ReadonlyMap<string, string>> | null = null
  await using server = await gitServer({
    beforePush: (project) => {
      before = server.source.refs(project)
      return () => pushes.push('over')
    },
    onPush: async (project, { by, moved }) => {
      pushes.push(`${project} by ${by}`)
      told = moved
      during = await server.source.refs(project)
      return { messages: ['run r12 started for main', 'see http://signalbox.test'] }
    },
  })
  const work = await server.workingCopy()
  const output = await work.git('push', server.remote('shop'), 'main')
  const sha = await work.git('rev-parse', 'HEAD')
  await waitFor('the end of the push', () => pushes.length === 2)
  assert.deepEqual(pushes, ['shop by deploy', 'over'])
  assert.deepEqual(told, [{ ref: 'refs/heads/main', after: sha }])
  assert.deepEqual([...((await before) ?? [])], [])
  assert.equal(during.get('refs/heads/main'), sha, 'git had moved the ref when the push was recorded')
  assert.match(output, /remote: signalbox: run r12 started for main/)
  assert.match(output, /remote: signalbox: see http:\/\/signalbox\.test/)
  assert.match(output, /main -> main/)
})

test('what was pushed can be cloned, fetched, forced, tagged and deleted', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await work.git('remote', 'add', 'box', server.remote('shop'))
  await work.git('branch', 'other')
  await work.git('tag', '--annotate', '--message=one', 'v1')
  await work.git('push', 'box', 'main', 'other', 'v1')
  assert.deepEqual(
    [...(await server.source.refs('shop')).keys()],
    ['refs/heads/main', 'refs/heads/other', 'refs/tags/v1'],
  )
  await work.git('clone', '--quiet', server.remote('shop', tokens.read), 'copy')
  assert.match(await work.git('-C', 'copy', 'log', '--format=%s'), /first/)

  const first = await work.git('rev-parse', 'HEAD')
  await work.git('commit', '--quiet', '--amend', '--allow-empty', '--message=another first')
  assert.equal((await work.tried('push', 'box', 'main')).code, 1, 'git itself refuses without --force')
  await work.git('push', '--force', 'box', 'main')
  await work.git('push', 'box', ':other', ':v1')
  const refs = await server.source.refs('shop')
  assert.deepEqual([...refs], [['refs/heads/main', await work.git('rev-parse', 'HEAD')]])
  await work.git('-C', 'copy', 'fetch', '--quiet', '--prune')

  const kept = await waitFor('the replaced commit to be kept', () => server.source.commit('shop', first))
  assert.equal(kept.title, 'first')
  assert.doesNotMatch(await work.git('ls-remote', server.remote('shop')), /keep/, 'what is kept is shown to nobody')
})

test('a commit that no branch holds any more outlives the tidying of the repository', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await work.git('push', server.remote('shop'), 'main')
  const lost = await work.git('rev-parse', 'HEAD')
  await work.git('commit', '--quiet', '--amend', '--allow-empty', '--message=instead')
  await work.git('push', '--force', server.remote('shop'), 'main')
  await work.git('--git-dir', join(server.reposDir, 'shop.git'), 'gc', '--quiet', '--prune=now')
  assert.equal((await server.source.commit('shop', lost)).title, 'first')
})

test('a large push comes through, plain and packed', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'noise'), randomBytes(3 * 1024 * 1024))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  await work.git('push', server.remote('shop'), 'main')
  assert.equal((await server.source.refs('shop')).get('refs/heads/main'), await work.git('rev-parse', 'HEAD'))

  await work.git('commit', '--quiet', '--allow-empty', '--message=after')
  const sha = await work.git('rev-parse', 'HEAD')
  const body = await pushBody(work.path, {
    before: await work.git('rev-parse', 'HEAD~'),
    after: sha,
    name: 'refs/heads/packed',
  })
  const answer = await push(server, gzipSync(body), { headers: { 'content-encoding': 'gzip' } })
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /ok refs\/heads\/packed/)
  assert.equal((await server.source.refs('shop')).get('refs/heads/packed'), sha)
})

test('a fetch whose request is packed is understood', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  for (let count = 0; count < 40; count += 1) await work.git('commit', '--quiet', '--allow-empty', `--message=${count}`)
  await work.git('push', server.remote('shop'), 'main')
  await work.git('clone', '--quiet', server.remote('shop'), 'copy')
  await work.git('commit', '--quiet', '--allow-empty', '--message=new')
  await work.git('push', server.remote('shop'), 'main')
  for (let count = 0; count < 40; count += 1)
    await work.git('-C', 'copy', 'commit', '--quiet', '--allow-empty', `--message=own ${count}`)
  await work.git('-C', 'copy', '-c', 'protocol.version=0', 'fetch', '--quiet', 'origin')
  assert.equal(await work.git('-C', 'copy', 'rev-parse', 'origin/main'), await work.git('rev-parse', 'HEAD'))
})

test('who has no good token for it learns nothing and changes nothing', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  const refused = async (url: string, token: string | null, status: number, words: RegExp) => {
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`${server.url}${url}`, { headers })
    assert.equal(answer.status, status, url)
    assert.match(await answer.text(), words)
    return answer
  }
  const refs = (project: string, service: string) => `/git/${project}.git/info/refs?service=git-${service}`
  const without = await refused(refs('shop', 'upload-pack'), null, 401, /token is needed/)
  assert.equal(without.headers.get('www-authenticate'), 'Basic realm="Signalbox", charset="UTF-8"')
  await refused(refs('nowhere', 'upload-pack'), null, 401, /token is needed/)
  await refused(refs('shop', 'upload-pack'), 'wrong', 401, /not known/)
  await refused(refs('shop', 'upload-pack'), tokens.expired, 401, /expired/)
  await refused(
    refs('shop', 'receive-pack'),
    tokens.read,
    403,
    /may act as viewer on this server; this takes contributor/,
  )
  await refused(refs('nowhere', 'upload-pack'), tokens.read, 404, /no project nowhere/)
  await refused(refs('..%2fshop', 'upload-pack'), tokens.read, 404, /no project/)
  await refused('/git/shop.git/info/refs', tokens.read, 400, /smart HTTP/)
  await refused('/git/shop.git/info/refs?service=git-upload-archive', tokens.read, 400, /smart HTTP/)
  for (const dumb of ['HEAD', 'config', 'objects/info/packs', 'info/../config']) {
    assert.equal((await fetch(`${server.url}/git/shop.git/${dumb}`)).status, 404, dumb)
  }
  const pushed = await work.tried('push', server.remote('shop', tokens.read), 'main')
  assert.notEqual(pushed.code, 0)
  assert.match(pushed.output, /403/)
  assert.match(
    (await work.tried('push', server.remote('shop', 'wrong'), 'main')).output,
    /could not read|Authentication failed/i,
  )
  assert.match((await work.tried('push', server.remote('nowhere'), 'main')).output, /no project nowhere/)
  assert.equal((await server.source.refs('shop')).size, 0)
})

test('whoever may only contribute pushes proposals, and nothing else with or beside them', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  const remote = server.remote('shop', tokens.contribute)
  for (const refs of [['main'], ['HEAD:refs/tags/v1'], ['HEAD:refs/for/main/typo', 'main'], ['HEAD:refs/for/main']]) {
    const { code, output } = await work.tried('push', remote, ...refs)
    assert.notEqual(code, 0, refs.join(' '))
    assert.match(output, /refs\/for\/BRANCH\/TOPIC/, refs.join(' '))
  }
  assert.equal((await server.source.refs('shop')).size, 0)
  await work.git('push', remote, 'HEAD:refs/for/main/typo')
  assert.deepEqual([...(await server.source.refs('shop')).keys()], ['refs/for/main/typo'])
})

test('pushes to one project follow each other, and each is recorded', async () => {
  let under = 0
  let most = 0
  await using server = await gitServer({
    onPush: async (project) => {
      most = Math.max(most, ++under)
      const { size } = await server.source.refs(project)
      under -= 1
      return { messages: [`now ${size}`] }
    },
  })
  const copies = await Promise.all([1, 2, 3, 4].map((number) => server.workingCopy(`work${number}`)))
  const outputs = await Promise.all(
    copies.map((work, index) => work.git('push', server.remote('shop'), `main:branch-${index}`)),
  )
  assert.equal(most, 1)
  assert.deepEqual(outputs.map((output) => /now (\d)/.exec(output)?.[1]).sort(), ['1', '2', '3', '4'])
})

test('a push that waits too long for its turn is told so and may be tried again', async () => {
  const first = Promise.withResolvers<void>()
  await using server = await gitServer({
    limits: { pushWaitMs: 50 },
    onPush: async () => {
      await first.promise
      return { messages: [] }
    },
  })
  const work = await server.workingCopy()
  const going = work.tried('push', server.remote('shop'), 'main')
  await waitFor('the first push to be in', async () => (await server.source.refs('shop')).size === 1)
  const body = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name: 'refs/heads/second' })
  const answer = await push(server, body)
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '5')
  first.resolve()
  assert.equal((await going).code, 0)
  assert.match(await work.git('push', server.remote('shop'), 'main:second'), /second/)
})

test('when a push cannot be recorded, the client sees that it failed and why', async () => {
  await using server = await gitServer({
    onPush: async () => {
      throw new Fault('disk.full', { details: { path: 'the database' } })
    },
  })
  const work = await server.workingCopy()
  const { code, output } = await work.tried('push', server.remote('shop'), 'main')
  assert.notEqual(code, 0)
  assert.match(output, /remote rejected.*main -> main.*stored, but not yet recorded: The disk is full/)
  assert.equal((await server.source.refs('shop')).size, 1, 'the next comparison of refs finds it')
})

test('a client that dies in the middle of a push leaves nothing behind, and the next push goes through', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'noise'), randomBytes(2 * 1024 * 1024))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  const body = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name: 'refs/heads/main' })
  const gone = new AbortController()
  const sent = push(server, partOf(body, body.length / 2), { signal: gone.signal }).catch(() => null)
  await waitFor('the push to have begun', () => server.logged.length > 0 || pushUnderWay(server))
  gone.abort()
  await sent
  await work.git('push', server.remote('shop'), 'main')
  assert.equal((await server.source.refs('shop')).get('refs/heads/main'), await work.git('rev-parse', 'HEAD'))
})

test('a push whose token is revoked while it comes is not taken', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'noise'), randomBytes(2 * 1024 * 1024))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  const body = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name: 'refs/heads/main' })
  const revoked = Promise.withResolvers<void>()
  const halves = async function* () {
    yield body.subarray(0, body.length / 2)
    await revoked.promise
    yield body.subarray(body.length / 2)
  }
  const sent = push(server, ReadableStream.from(halves()) as ReadableStream<Uint8Array>)
  await waitFor('the push to have begun', () => pushUnderWay(server))
  server.store.tokens.revoke('deploy', 1)
  revoked.resolve()
  assert.match(await (await sent).text(), /signalbox: .*token/)
  assert.equal((await server.source.refs('shop')).size, 0)
})

test('a git client that is killed in the middle of a push does no harm', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'noise'), randomBytes(8 * 1024 * 1024))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  const child = spawn('git', ['push', server.remote('shop'), 'main'], {
    cwd: work.path,
    env: gitEnvironment(work.path),
    detached: true,
    stdio: 'ignore',
  })
  await waitFor('the push to be under way', () => pushUnderWay(server))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'exit')
  // The push may have come whole by then: it goes on without its client, and the next one is told to look again.
  await waitFor('the next push', async () => (await work.tried('push', server.remote('shop'), 'main')).code === 0)
  assert.equal((await server.source.refs('shop')).size, 1)
})

test('a body that stops coming is not waited for', async () => {
  await using server = await gitServer({ limits: { idleMs: 100 } })
  const work = await server.workingCopy()
  const body = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name: 'refs/heads/main' })
  const gone = new AbortController()
  const early = push(server, partOf(body, 10), { signal: gone.signal })
  assert.equal((await early).status, 408)
  const late = await push(server, partOf(body, body.length - 10), { signal: gone.signal })
  assert.match(await late.text(), /signalbox: The body did not come in time/)
  gone.abort()
  await work.git('push', server.remote('shop'), 'main')
})

test('a client that takes nothing of what it asked for is given up, and leaves room for others', async () => {
  await using server = await gitServer({ limits: { idleMs: 200, fetches: 1 } })
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'noise'), randomBytes(16 * 1024 * 1024))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  await work.git('push', server.remote('shop'), 'main')
  const sha = await work.git('rev-parse', 'HEAD')
  const refs = '/git/shop.git/info/refs?service=git-upload-pack'
  const headers = { authorization: `Bearer ${tokens.read}` }
  assert.equal((await fetch(server.url + refs, { method: 'HEAD', headers })).status, 400)
  const want = `0032want ${sha}\n00000009done\n`
  const type = 'application/x-git-upload-pack-request'
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const head = [
    `POST /git/shop.git/git-upload-pack HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${tokens.read}`,
    `Content-Type: ${type}`,
  ]
  socket.write(`${[...head, `Content-Length: ${want.length}`].join('\r\n')}\r\n\r\n${want}`)
  await once(socket, 'readable')
  await work.git('clone', '--quiet', server.remote('shop'), 'copy')
  socket.destroy()
})

/** The same push, of one object in which git finds nothing wrong for as long as it reads. */
function withEndlessObject(body: Uint8Array): Buffer {
  const pack = Buffer.from(body).indexOf('PACK')
  // One blob of 2^27 bytes: its kind and the low bits of its size, then seven more bits a byte.
  const head = Buffer.from([...Buffer.from('PACK'), 0, 0, 0, 2, 0, 0, 0, 1, 0xb0, 0x80, 0x80, 0x80, 0x04])
  return Buffer.concat([body.subarray(0, pack), head, deflateSync(Buffer.alloc(50_000_000), { level: 0 })])
}

test('a body larger than allowed, or not what it says, is refused', async () => {
  await using server = await gitServer({ limits: { pushBytes: 100_000 } })
  const work = await server.workingCopy()
  const name = 'refs/heads/main'
  const good = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name })
  await writeFile(join(work.path, 'noise'), randomBytes(200_000))
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--message=large')
  const large = await work.tried('push', server.remote('shop'), 'main')
  assert.notEqual(large.code, 0)
  assert.match(large.output, /signalbox: The body is larger than 100000 bytes/)
  const statusFor = async (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    (await push(server, body, { headers })).status
  assert.equal(await statusFor('what is this'), 400)
  assert.equal(await statusFor(''), 400)
  assert.equal(await statusFor('ffff'), 400)
  assert.equal(await statusFor('0003'), 400)
  assert.equal(await statusFor(good.subarray(0, 60)), 400)
  assert.equal(await statusFor(good, { 'content-encoding': 'gzip' }), 400)
  assert.equal(await statusFor(good, { 'content-encoding': 'br' }), 415)
  const bomb = gzipSync(withEndlessObject(good))
  assert.match(
    await (await push(server, bomb, { headers: { 'content-encoding': 'gzip' } })).text(),
    /larger than 100000 bytes/,
  )
  assert.equal(await statusFor(good, { 'content-type': 'text/plain' }), 400)
  assert.equal((await server.source.refs('shop')).size, 0)
})

test('a damaged pack is refused by git and the person reads so', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  const body = await pushBody(work.path, { after: await work.git('rev-parse', 'HEAD'), name: 'refs/heads/main' })
  body.writeUInt8(body.readUInt8(body.length - 30) ^ 0xff, body.length - 30)
  const answer = await push(server, body)
  assert.match(await answer.text(), /unpack .*(error|abnormal|failed)/)
  assert.equal((await server.source.refs('shop')).size, 0)
})

test('a commit made to attack whoever checks it out is refused, and runs nothing here', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await writeFile(join(work.path, 'script'), '#!/bin/sh\ntouch marker\n')
  await writeFile(join(work.path, 'modules'), '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch marker\n')
  const script = await work.git('hash-object', '-w', 'script')
  const modules = await work.git('hash-object', '-w', 'modules')
  const tree = async (mode: string, object: string, name: string) => {
    await writeFile(
      join(work.path, 'listing'),
      `${mode} ${mode.startsWith('04') ? 'tree' : 'blob'} ${object}\t${name}\0`,
    )
    const { stdout } = await promisify(execFile)('sh', ['-c', 'git mktree -z < listing'], {
      cwd: work.path,
      env: gitEnvironment(work.path),
    })
    return stdout.trim()
  }
  const hooks = await tree('040000', await tree('100755', script, 'post-receive'), 'hooks')
  const attacks = {
    'a folder .git': await tree('040000', hooks, '.git'),
    'a folder .GIT': await tree('040000', hooks, '.GIT'),
    'a folder .git, hidden from some': await tree('040000', hooks, '.g\u200cit'),
    'a submodule with an option for an address': await tree('100644', modules, '.gitmodules'),
    'a link for .gitmodules': await tree('120000', script, '.gitmodules'),
    'a path that leaves': await tree('040000', hooks, '..'),
  }
  for (const [name, object] of Object.entries(attacks)) {
    const commit = await work.git('commit-tree', '-m', name, object)
    const { code, output } = await work.tried('push', server.remote('shop'), `${commit}:refs/heads/attack`)
    assert.equal(code, 1, name)
    assert.match(output, /remote rejected|fsck error/, name)
  }
  assert.equal((await server.source.refs('shop')).size, 0)
  await assert.rejects(access(join(server.reposDir, 'shop.git', 'marker')))
})

test('a server that stops lets a push end, and takes no new one', async () => {
  const recording = Promise.withResolvers<void>()
  await using server = await gitServer({
    onPush: async () => {
      await recording.promise
      return { messages: ['recorded'] }
    },
  })
  const work = await server.workingCopy()
  const going = work.tried('push', server.remote('shop'), 'main')
  await waitFor('the push to be in', async () => (await server.source.refs('shop')).size === 1)
  const stopped = server.stop(5_000)
  assert.notEqual((await work.tried('push', server.remote('shop'), 'main:other')).code, 0)
  recording.resolve()
  const { code, output } = await going
  assert.equal(code, 0, output)
  assert.match(output, /signalbox: recorded/)
  await stopped
})

async function pushUnderWay(server: TestGitServer): Promise<boolean> {
  const names = await readdir(join(server.reposDir, 'shop.git', 'objects'))
  return names.some((name) => name.startsWith('tmp_objdir'))
}

/** A push as git would send it: one command, then the pack. */
async function pushBody(
  path: string,
  { before, after, name }: { readonly before?: string; readonly after: string; readonly name: string },
): Promise<Buffer> {
  const child = spawn('git', ['pack-objects', '--stdout', '--revs', '-q'], { cwd: path, env: gitEnvironment(path) })
  child.stdin.end(before === undefined ? `${after}\n` : `${after}\n^${before}\n`)
  const chunks = await child.stdout.toArray()
  const line = `${'0'.repeat(40)} ${after} ${name}\0 report-status side-band-64k\n`
  const length = (Buffer.byteLength(line) + 4).toString(16).padStart(4, '0')
  return Buffer.concat([Buffer.from(`${length}${line}0000`), ...chunks])
}

/** The beginning of a body, and then nothing more for as long as the connection lasts. */
function partOf(body: Buffer, length: number): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(body.subarray(0, length)) })
}

interface Sending {
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

async function push(
  server: TestGitServer,
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  { headers = {}, signal }: Sending = {},
): Promise<Response> {
  const type = 'application/x-git-receive-pack-request'
  return fetch(`${server.url}/git/shop.git/git-receive-pack`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${tokens.deploy}`, 'content-type': type, ...headers },
    duplex: 'half',
    ...(signal === undefined ? {} : { signal }),
  } as RequestInit)
}
