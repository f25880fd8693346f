import assert from 'node:assert/strict'
import { mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ask, backend, edge, never, rawConnect, route } from '../../test/helpers/edge.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { RouteFiles } from './protocol.ts'

const host = 'shop.example'

/** A folder with these files, as the files of one release. */
async function folder(files: Readonly<Record<string, string>>) {
  const directory = await tempDir()
  const root = join(directory.path, 'static')
  await mkdir(root)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return { root, above: directory.path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

const collect = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** Memory of buffers that somebody still needs. */
function heldBytes(): number {
  collect()
  return process.memoryUsage().arrayBuffers
}

function files(...roots: readonly string[]): RouteFiles {
  const folders = roots.map((path, index) => ({ path, digest: `digest-of-${index}`, tag: `tag-${index}`, until: null }))
  return { url: '/static', maxAgeS: 3600, folders }
}

test('X15 static: release_dir — a file is answered by the edge with what browsers need to keep it, and counts as served', async () => {
  await using assets = await folder({ 'css/site.css': 'body {}', 'data.bin': 'abc', 'no-ending': 'x' })
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { files: [files(assets.root)] }), never)
  const style = await ask(worker.port, { headers: { host }, path: '/static/css/site.css?v=2' })
  assert.equal(style.status, 200)
  assert.equal(style.body, 'body {}')
  assert.equal(style.headers['content-type'], 'text/css; charset=utf-8')
  assert.equal(style.headers['content-length'], '7')
  assert.equal(style.headers['cache-control'], 'public, max-age=3600')
  assert.equal(style.headers['x-content-type-options'], 'nosniff')
  const bytes = await ask(worker.port, { headers: { host }, path: '/static/data.bin' })
  assert.equal(bytes.headers['content-type'], 'application/octet-stream')
  assert.equal(app.requests.length, 0)
  const { requests, byRelease } = await worker.client.call('traffic', { track: 'shop/web/production' }, never)
  assert.equal(requests.served, 2)
  assert.equal(byRelease['digest-of-0']?.served, 2)
})

test('who has it already is told so, and HEAD gets the head alone', async () => {
  await using assets = await folder({ 'a.txt': 'hello' })
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [files(assets.root)] }), never)
  const get = (headers: Record<string, string>, method = 'GET') =>
    ask(worker.port, { headers: { host, ...headers }, path: '/static/a.txt', method })
  const tag = (await get({})).headers.etag ?? ''
  assert.match(tag, /^"[^"]+"$/)
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const again = await get({ 'if-none-match': known })
    assert.deepEqual([again.status, again.body, again.headers.etag], [304, '', tag], known)
  }
  assert.equal((await get({ 'if-none-match': '"other"' })).status, 200)
  const head = await get({}, 'HEAD')
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '5'])
  await utimes(join(assets.root, 'a.txt'), 1, 1)
  assert.notEqual((await get({})).headers.etag, tag)
})

test('a part is given where a part is asked for, and the whole where the part makes no sense', async () => {
  await using assets = await folder({ 'a.txt': '0123456789', empty: '' })
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [files(assets.root)] }), never)
  const get = (range: string, more: Record<string, string> = {}, path = '/static/a.txt') =>
    ask(worker.port, { headers: { host, range, ...more }, path })
  const cases = [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=3-1', 200, '0123456789', undefined],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ] as const
  for (const [range, status, body, said] of cases) {
    const answer = await get(range)
    assert.deepEqual([answer.status, answer.body, answer.headers['content-range']], [status, body, said], range)
  }
  assert.equal((await get('bytes=0-3', { 'if-range': '"of before"' })).status, 200)
  const { etag = '' } = (await get('bytes=0-3')).headers
  assert.equal((await get('bytes=0-3', { 'if-range': etag })).status, 206)
  assert.equal((await get('bytes=0-', {}, '/static/empty')).status, 416)
})

test('no path leads out of the folder, to a hidden file, or to what is no file', async () => {
  await using assets = await folder({
    'a.txt': 'inside',
    '.env': 'SECRET',
    '.git/config': 'SECRET',
    'deep/.x/y': 'SECRET',
  })
  await writeFile(join(assets.above, 'secret.txt'), 'SECRET')
  await symlink(join(assets.above, 'secret.txt'), join(assets.root, 'out.txt'))
  await symlink(assets.above, join(assets.root, 'up'))
  await symlink('.env', join(assets.root, 'env.txt'))
  await symlink('a.txt', join(assets.root, 'within.txt'))
  await symlink('loop', join(assets.root, 'loop'))
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [files(assets.root)], isFilesOnly: true }), never)
  const hostile = [
    ...['/static/../secret.txt', '/static/%2e%2e/secret.txt', '/static/..%2fsecret.txt', '/static/%2e%2e%2fsecret.txt'],
    ...['/static/x/../../secret.txt', '/static//etc/passwd', '/static/%2fetc/passwd', '/static/..%5csecret.txt'],
    ...['/static/a.txt%00.png', '/static/%', '/static/%ff', '/static/.env', '/static/%2eenv', '/static/.git/config'],
    ...['/static/deep/.x/y', '/static/out.txt', '/static/up/secret.txt', '/static/env.txt', '/static/loop'],
    ...['/static/a.txt/', '/static/a.txt/b', '/static/./a.txt', '/static', '/static/', `/static/${'a'.repeat(5000)}`],
    ...['/staticX/a.txt', '/Static/a.txt', '/%73tatic/a.txt'],
  ]
  for (const path of hostile) {
    using connection = await rawConnect(worker.port)
    connection.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    const answer = await connection.closed
    assert.match(answer, /^HTTP\/1\.1 404 /, `${path}: ${answer.slice(0, 200)}`)
    assert.doesNotMatch(answer, /SECRET|root:/, path)
  }
  assert.equal((await ask(worker.port, { headers: { host }, path: '/static/within.txt' })).body, 'inside')
})

test('what is no file, and what is more than reading, goes to the app', async () => {
  await using assets = await folder({ 'a.txt': 'file' })
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { files: [files(assets.root)] }), never)
  assert.equal((await ask(worker.port, { headers: { host }, path: '/static/missing.txt' })).body, 'd1-web-1')
  assert.equal((await ask(worker.port, { headers: { host }, path: '/static/a.txt', method: 'POST' })).body, 'd1-web-1')
  assert.equal((await ask(worker.port, { headers: { host }, path: '/static/a.txt' })).body, 'file')
})

test('a path that the new release lacks is looked up in the one before, until its time is over', async () => {
  await using now = await folder({ 'app.js': 'new', 'new.js': 'n' })
  await using before = await folder({ 'app.js': 'old', 'old.js': 'o' })
  await using worker = await edge()
  const put = (until: number) => {
    const both = files(now.root, before.root).folders.map((one, index) => (index === 0 ? one : { ...one, until }))
    return worker.client.call('route', route([], { files: [{ ...files(), folders: both }], isFilesOnly: true }), never)
  }
  const get = (path: string) => ask(worker.port, { headers: { host }, path: `/static/${path}` })
  await put(Date.now() + 60_000)
  assert.deepEqual(
    [(await get('app.js')).body, (await get('old.js')).body, (await get('new.js')).body],
    ['new', 'o', 'n'],
  )
  await put(Date.now() - 1)
  assert.equal((await get('old.js')).status, 404)
})

test('a site of files alone has its pages: a folder means the index in it, and one named without its slash is sent there', async () => {
  await using site = await folder({ 'index.html': 'home', 'docs/index.html': 'docs', 'bare/a.txt': 'a' })
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [{ ...files(site.root), url: '/' }], isFilesOnly: true }), never)
  const get = (path: string) => ask(worker.port, { headers: { host }, path })
  assert.equal((await get('/')).body, 'home')
  assert.equal((await get('/docs/')).body, 'docs')
  const sent = await get('/docs?q=1')
  assert.deepEqual([sent.status, sent.headers.location], [308, '/docs/?q=1'])
  assert.equal((await get('/bare')).status, 404)
  assert.equal((await get('//docs')).status, 404, 'never a redirect to another host')
})

test('a large file goes out whole to a slow reader, and leaves the memory of the worker alone', async () => {
  const megabytes = 96
  await using assets = await folder({ 'big.bin': '' })
  await truncate(join(assets.root, 'big.bin'), megabytes * 1024 * 1024)
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [files(assets.root)] }), never)
  using slow = await rawConnect(worker.port)
  slow.socket.pause()
  slow.socket.write(`GET /static/big.bin HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const before = heldBytes()
  using quick = await rawConnect(worker.port)
  let taken = 0
  quick.socket.removeAllListeners('data').on('data', (bytes: Buffer) => {
    taken += bytes.length
  })
  quick.socket.write(`GET /static/big.bin HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  await quick.closed
  assert.ok(taken > megabytes * 1024 * 1024, 'with its head')
  assert.ok(heldBytes() - before < 16 * 1024 * 1024, 'what the slow one has not taken is still on the disk')
  slow.socket.destroy()
  await waitFor('the one who left to be counted', async () => {
    const { requests } = await worker.client.call('traffic', { track: 'shop/web/production' }, never)
    return requests.clientGone === 1 && requests.served === 1
  })
})

test('a file that becomes shorter while it is sent breaks off, and is not taken for whole', async () => {
  await using assets = await folder({ 'big.bin': '' })
  const path = join(assets.root, 'big.bin')
  await truncate(path, 64 * 1024 * 1024)
  await using worker = await edge()
  await worker.client.call('route', route([], { files: [files(assets.root)] }), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.pause()
  visitor.socket.write(`GET /static/big.bin HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await waitFor('the beginning', () => visitor.socket.readableLength > 0 || visitor.socket.bytesRead > 0)
  await truncate(path, 10)
  visitor.socket.resume()
  const seen = await visitor.closed
  assert.ok(seen.length < 64 * 1024 * 1024)
  const { requests } = await worker.client.call('traffic', { track: 'shop/web/production' }, never)
  assert.equal(requests.refused, 1)
})
