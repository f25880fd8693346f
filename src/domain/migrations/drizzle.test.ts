import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { migrationSpec } from '../../../test/helpers/spec.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import type { Listed } from './adapter.ts'
import { askingFor } from './adapters.ts'
import { drizzleLook } from './drizzle.ts'

const spec = migrationSpec({ adapter: 'drizzle', command: 'npx drizzle-kit migrate' })

const script = readFileSync(join(import.meta.dirname, '../../app/drizzle-look.cjs'), 'utf8')
const words = (askingFor(spec)?.words ?? []).map((word) => (word === drizzleLook ? script : word))

test('Drizzle: the release is asked for real, as drizzle itself decides what is still to run', async () => {
  await using dir = await tempDir()
  const database = join(dir.path, 'shop.db')
  await mkdir(join(dir.path, 'drizzle', 'meta'), { recursive: true })
  const entries = [
    { idx: 0, when: 1000, tag: '0000_init', breakpoints: true },
    { idx: 1, when: 2000, tag: '0001_gift', breakpoints: true },
  ]
  await writeFile(join(dir.path, 'drizzle', 'meta', '_journal.json'), JSON.stringify({ version: '7', entries }))
  await writeFile(join(dir.path, 'drizzle', '0001_gift.sql'), 'ALTER TABLE "orders" ADD COLUMN "gift" boolean;\n')
  const look = () => run(words, dir.path, { DATABASE_URL: `file:${database}` })
  const read = async () => askingFor(spec)?.adapter.read(await look()) as Listed
  assert.deepEqual((await read()).names, ['0000_init', '0001_gift'])
  const connection = new DatabaseSync(database)
  assert.deepEqual((await read()).names, ['0000_init', '0001_gift'])
  connection.exec('CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT, created_at NUMERIC)')
  connection.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 1000)")
  const listed = await read()
  assert.deepEqual(listed.names, ['0001_gift'])
  const sql = await run(askingFor(spec)?.adapter.sql?.(spec, listed) ?? [], dir.path, {})
  assert.match(askingFor(spec)?.adapter.readSql?.(sql.out).get('0001_gift') ?? '', /^ALTER TABLE "orders"/)
  connection.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('y', 2000)")
  connection.close()
  assert.deepEqual((await read()).names, [])
})

test('Drizzle: a database that cannot be asked, or no journal, is no empty list (trap 1)', async () => {
  await using dir = await tempDir()
  const said = await run(words, dir.path, {})
  assert.match(JSON.stringify(askingFor(spec)?.adapter.read(said)), /problem/)
  await mkdir(join(dir.path, 'drizzle', 'meta'), { recursive: true })
  await writeFile(join(dir.path, 'drizzle', 'meta', '_journal.json'), JSON.stringify({ entries: [] }))
  const url = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }
  const unreachable = await run(words, dir.path, url)
  assert.match(JSON.stringify(askingFor(spec)?.adapter.read(unreachable)), /problem/)
})

function run([program = '', ...words]: readonly string[], cwd: string, env: Record<string, string>) {
  return new Promise<{ exitCode: number | null; out: string; err: string }>((resolve) => {
    const given = { cwd, env: { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, ...env } }
    execFile(program, words, given, (error, out, err) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}
