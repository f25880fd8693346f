import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { messageOf } from '../../test/helpers/message.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { systemPath } from '../system/programs.ts'
import { commandChannel } from './command.ts'

const never = new AbortController().signal
const faultOf =
  (code: string, more = /./) =>
  (error: unknown) =>
    error instanceof Fault && error.code === code && more.test(error.message)

async function folderWith(script: string) {
  const dir = await tempDir()
  await writeFile(join(dir.path, 'tell'), `#!/bin/sh\ncd ${dir.path}\n${script}\n`)
  await chmod(join(dir.path, 'tell'), 0o755)
  const channel = commandChannel({ folder: dir.path, path: systemPath })
  return {
    read: (file: string) => readFile(join(dir.path, file), 'utf8'),
    send: (to: string, signal = never) => channel.send(messageOf(), { to, keys: [], people: {} }, signal),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

test('X16 notify: command — words without a shell, variables, JSON on standard input, nothing else of the server', async () => {
  process.env.ONLY_THE_SERVERS = 'secret'
  await using folder = await folderWith(`printf '%s\\n' "$@" > words; env > env; cat > json`)
  await folder.send('tell  --team $(id) ;x')
  assert.equal(await folder.read('words'), '--team\n$(id)\n;x\n')
  const env = await folder.read('env')
  assert.match(env, /^SIGNALBOX_EVENT=deployment\.failed$/m)
  assert.match(env, /^SIGNALBOX_ENVIRONMENT=production$/m)
  assert.match(env, /^SIGNALBOX_SUBJECT=d7$/m)
  assert.doesNotMatch(env, /ONLY_THE_SERVERS|HOME=/)
  const said = JSON.parse(await folder.read('json')) as { lines: string[]; data: { title: string } }
  assert.deepEqual([said.data.title, said.lines.length], ['web 4f2a91c failed in production', 2])
})

test('a program that says no is tried again, with what it said; one that is not there as well', async () => {
  await using folder = await folderWith('echo no pager today; exit 3')
  await assert.rejects(folder.send('tell'), faultOf('notice.not_taken', /tell ended with exit code 3: no pager today/))
  await assert.rejects(folder.send('other'), faultOf('notice.not_taken', /other could not be started|not there/))
})

test('only programs of the folder are run', async () => {
  await using folder = await folderWith('touch ran')
  for (const to of ['../tell', '/bin/sh -c x', './tell', '-x', ''])
    await assert.rejects(folder.send(to), faultOf('notice.refused'), to)
  await assert.rejects(
    commandChannel({ folder: null, path: systemPath }).send(messageOf(), { to: 'tell', keys: [], people: {} }, never),
    faultOf('channel.not_ready'),
  )
  await assert.rejects(folder.read('ran'))
})

test('a program that does not end is ended', async () => {
  await using folder = await folderWith('echo $$ > pid; exec sleep 600')
  const stop = new AbortController()
  const sent = folder.send('tell', stop.signal)
  const pid = await waitFor('the program', async () => Number(await folder.read('pid').catch(() => '')) || null)
  stop.abort(new Error('enough'))
  await assert.rejects(sent, /enough/)
  assert.throws(() => process.kill(pid, 0))
})
