import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { cli, cliAtTerminal } from '../../test/helpers/cli.ts'
import { freePort } from '../../test/helpers/free-port.ts'
import { repository } from '../../test/helpers/repository.ts'
import { type TempDir, tempDir } from '../../test/helpers/temp-dir.ts'

let dir: TempDir
before(async () => {
  dir = await tempDir()
})
after(() => dir[Symbol.asyncDispose]())

const good = 'project: shop\napp:\n  processes:\n    web: ./start\nenvironments:\n  staging: { hosts: shop.test }\n'

async function folder(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = join(dir.path, name)
  await mkdir(path)
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text)
  return path
}

test('without words it shows the help on standard error and ends with 2', async () => {
  const { code, stdout, stderr } = await cli([], { cwd: dir.path })
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /^Usage: signalbox/)
})

test('help and version are results, not errors', async () => {
  const help = await cli(['deploy', '--help'], { cwd: dir.path })
  assert.equal(help.code, 0)
  assert.match(help.stdout, /--wait-timeout/)
  assert.match(help.stdout, /--json/)
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  const told = await cli(['version', '--json'], { cwd: dir.path })
  assert.deepEqual(told.json(), { name: 'signalbox', version })
})

test('what was typed wrongly ends with 2, and says what was probably meant', async () => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [['deplyo'], /unknown command 'deplyo' \(Did you mean deploy\?\)\.\nSee `signalbox --help`/],
    [['deploy'], /missing required argument 'environment'\.\nSee `signalbox deploy --help`/],
    [['-p', 'shop', 'undeployed'], /missing required argument 'environment'\.\nSee `signalbox undeployed --help`/],
    [['status', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/],
    [['lock', 'x', '--reason', 'y', '--for', 'soon'], /Expected a duration/],
    [['scale', 'x', 'web'], /Expected PROCESS=NUMBER/],
    [['tokens', 'create', 'x', '--scope', 'all'], /Allowed choices are read, contribute, deploy, maintain, admin/],
    [['env', 'set', 'x', 'SECRET'], /every word must be NAME=VALUE/],
    [['server', '--listen', 'here'], /--listen: "here"; expected HOST:PORT/],
    [['status', '--server', 'ftp://x'], /does not begin with http/],
    [['status'], /No server is known yet/],
    [['logs', 'a\u001b[2Jb', '--lines', 'x\u202e'], /'x\\u\{202e\}' is invalid/],
  ]
  const results = await Promise.all(rows.map(([words]) => cli(words, { cwd: dir.path })))
  for (const [at, [words, message]] of rows.entries()) {
    const { code, stdout, stderr } = results[at]!
    assert.equal(code, 2, words.join(' '))
    assert.equal(stdout, '', words.join(' '))
    assert.match(stderr, message)
  }
})

test('with --json an error is the only document on standard output, and still told in words beside it', async () => {
  for (const words of [
    ['deplyo', '--json'],
    ['--json', 'status'],
    ['validate', 'nowhere.yml', '--json'],
  ]) {
    const result = await cli(words, { cwd: dir.path })
    const { error } = result.json<{ error: { code: string; message: string; hint: string } }>()
    assert.match(error.code, /^\w+\.\w+$/)
    assert.ok(result.stderr.startsWith(`Error: ${error.message}`), result.stderr)
    assert.ok(result.stderr.includes(error.hint))
  }
})

test('a word after -- is not an option of ours', async () => {
  const { stdout, stderr } = await cli(['run', 'staging', '--', 'ls', '--json', '--help'], { cwd: dir.path })
  assert.equal(stdout, '')
  assert.match(stderr, /No server is known yet/)
})

test('a valid file is told in a line, an invalid one in a line for each problem', async () => {
  const cwd = await folder('validate', { 'signalbox.yml': good, 'bad.yml': `${good}chekcs: {}\napps: 3\n` })
  const valid = await cli(['validate'], { cwd })
  assert.deepEqual([valid.code, valid.stdout], [0, 'Valid: shop, 1 app, 1 environment\n'])
  const bad = await cli(['validate', 'bad.yml'], { cwd })
  assert.equal(bad.code, 2)
  assert.match(bad.stdout, /^bad\.yml:7:1: error: .*"chekcs".*did you mean "checks"/m)
  assert.match(bad.stdout, /^bad\.yml:8:\d+: error: /m)
  const json = (await cli(['validate', 'bad.yml', '--json'], { cwd })).json<{ valid: boolean; problems: object[] }>()
  assert.equal(json.valid, false)
  assert.ok(json.problems.length >= 2)
})

test('a configuration can be piped in, and a hostile one does not reach the terminal', async () => {
  const piped = await cli(['validate', '-'], { cwd: dir.path, input: good })
  assert.equal(piped.code, 0)
  const hostile = await cli(['validate', '-'], { cwd: dir.path, input: '"a\\e[2J\u202eb": 1\n' })
  assert.equal(hostile.code, 2)
  assert.doesNotMatch(hostile.stdout + hostile.stderr, /[^\P{Cc}\n]|\u202e/u)
  const atTerminal = await cliAtTerminal(['validate', '-'], { cwd: dir.path })
  assert.equal(atTerminal.code, 2)
  assert.match(atTerminal.screen, /The configuration is needed/)
})

test('the JSON Schema is printed for editors', async () => {
  const { code, json } = await cli(['validate', '--schema'], { cwd: dir.path })
  assert.equal(code, 0)
  assert.equal(json<{ title: string }>().title, 'signalbox.yml')
})

test('init writes a file that validates, says what it guessed, and replaces nothing unasked', async () => {
  const cwd = await folder('init', { Procfile: 'web: ./serve --port $PORT\nworker: ./work\n' })
  const first = await cli(['init'], { cwd })
  assert.equal(first.code, 0)
  assert.match(first.stdout, /Wrote signalbox\.yml/)
  assert.match(first.stdout, /Procfile/)
  assert.equal((await cli(['validate'], { cwd })).code, 0)
  await writeFile(join(cwd, 'signalbox.yml'), 'mine')
  const again = await cli(['init'], { cwd })
  assert.equal(again.code, 2)
  assert.match(again.stderr, /signalbox\.yml is there already[\s\S]*--force/)
  assert.equal(await readFile(join(cwd, 'signalbox.yml'), 'utf8'), 'mine')
  const forced = await cli(['init', '--force', '--json'], { cwd })
  const { text, guesses } = forced.json<{ text: string; guesses: string[] }>()
  assert.equal(await readFile(join(cwd, 'signalbox.yml'), 'utf8'), text)
  assert.ok(guesses.length > 0)
})

test('init reads what git would commit, names the branch that is pushed, and says where the file belongs', async () => {
  await using repo = await repository()
  await repo.git('switch', '--quiet', '--create', 'trunk')
  await repo.commit({ 'server.js': '', 'package.json': '{"name":"tea","scripts":{"start":"node server.js"}}' })
  await repo.commit({ '.gitignore': 'ignored/', 'app/.keep': '' })
  const printed = await cli(['init', '--print'], { cwd: repo.path })
  assert.equal(printed.code, 0)
  assert.match(printed.stdout, /trunk/)
  assert.match(printed.stdout, /npm start|node server\.js/)
  const below = await cli(['init', '--print'], { cwd: join(repo.path, 'app') })
  assert.match(below.stderr, /Signalbox reads signalbox\.yml there/)
})

test('a login is kept for its server alone, and only its owner can read it', async () => {
  const cwd = await folder('login')
  const url = `http://127.0.0.1:${await freePort()}`
  const env = { SIGNALBOX_URL: url }
  const refused = await cli(['login', url], { cwd, input: 'a token\nof two lines' })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /What standard input holds is not a token/)
  assert.doesNotMatch(refused.stderr, /two lines/)
  const down = await cli(['login', url], { cwd, input: 'sbx_token\n' })
  assert.equal(down.code, 1)
  assert.match(down.stderr, /cannot be reached/)
  await assert.rejects(stat(join(cwd, '.config/signalbox/config.json')), { code: 'ENOENT' })
  const none = await cli(['status'], { cwd, env })
  assert.match(none.stderr, /There is no token for http/)
  const secret = await cli(['login', 'https://me:sesame/x@box.example'], { cwd })
  assert.doesNotMatch(secret.stderr, /sesame/)
})

test('a damaged login file is named, with what to do', async () => {
  const cwd = await folder('damaged')
  await mkdir(join(cwd, '.config/signalbox'), { recursive: true })
  await writeFile(join(cwd, '.config/signalbox/config.json'), '{"current": 3}')
  const { code, stderr } = await cli(['status'], { cwd })
  assert.equal(code, 2)
  assert.match(stderr, /config\.json with your logins cannot be read/)
})

test('colours only for a terminal that wants them', async () => {
  const words = ['validate', 'nowhere.yml']
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  const colour = /\x1b\[3\dm/
  const { screen } = await cliAtTerminal(words, { cwd: dir.path })
  assert.match(screen, colour)
  for (const [name, value] of [
    ['NO_COLOR', '1'],
    ['CI', 'true'],
    ['TERM', 'dumb'],
  ] as const) {
    const env = { [name]: value }
    const plain = await cliAtTerminal(words, { cwd: dir.path, env })
    assert.doesNotMatch(plain.screen, colour, name)
  }
  const piped = await cli(words, { cwd: dir.path, env: { FORCE_COLOR: '1' } })
  assert.doesNotMatch(piped.stderr, colour)
})

test('output that cannot be kept is an error', async () => {
  const wrap = ['sh', '-c', '"$@" > /dev/full', 'sh']
  const { code, stderr } = await cli(['validate', '--schema'], { cwd: dir.path, wrap })
  assert.equal(code, 28)
  assert.match(stderr, /The disk is full: standard output could not be written/)
})

test('a reader that goes away ends the program quietly', async () => {
  const wrap = ['sh', '-c', '"$@" | true; exec 3>&1; { "$@"; echo "code $?" >&3; } | true', 'sh']
  const { stdout, stderr } = await cli(['validate', '--schema'], { cwd: dir.path, wrap })
  assert.match(stdout, /code (0|141)/)
  assert.equal(stderr, '')
})
