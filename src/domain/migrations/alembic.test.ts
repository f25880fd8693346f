import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { migrationSpec } from '../../../test/helpers/spec.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import type { Listed } from './adapter.ts'
import { askingFor } from './adapters.ts'

const run = promisify(execFile)
const spec = migrationSpec({ adapter: 'alembic', command: '/usr/bin/alembic upgrade head' })

test('Alembic itself: what is pending, oldest first, and its SQL', { skip: await noAlembic() }, async () => {
  await using dir = await tempDir()
  const alembic = (...words: string[]) => run('/usr/bin/alembic', words, { cwd: dir.path })
  await alembic('init', 'alembic')
  const ini = join(dir.path, 'alembic.ini')
  const text = await readFile(ini, 'utf8')
  await writeFile(ini, text.replace(/^sqlalchemy\.url.*$/m, 'sqlalchemy.url = sqlite:///shop.db'))
  for (const [id, title] of [
    ['aa11', 'first'],
    ['bb22', 'second'],
  ] as const) {
    await alembic('revision', '-m', title, '--rev-id', id)
    const file = join(dir.path, 'alembic', 'versions', `${id}_${title}.py`)
    await appendFile(file, `\ndef upgrade():\n    op.create_table('${title}', sa.Column('id', sa.Integer()))\n`)
  }
  const look = async () => {
    const [program = '', ...words] = askingFor(spec)?.words ?? []
    const { stdout, stderr } = await run(program, words, { cwd: dir.path })
    return askingFor(spec)?.adapter.read({ exitCode: 0, out: stdout, err: stderr }) as Listed
  }
  assert.deepEqual((await look()).names, ['aa11', 'bb22'])
  await alembic('upgrade', 'aa11')
  const listed = await look()
  assert.deepEqual(listed, { names: ['bb22'], from: 'aa11' })
  const [program = '', ...words] = askingFor(spec)?.adapter.sql?.(spec, listed) ?? []
  const { stdout } = await run(program, words, { cwd: dir.path })
  assert.match(askingFor(spec)?.adapter.readSql?.(stdout).get('bb22') ?? '', /CREATE TABLE second/)
  await alembic('upgrade', 'head')
  assert.deepEqual((await look()).names, [])
})

/** Why it cannot run here; `bin/engines alembic` installs it. */
async function noAlembic(): Promise<string | false> {
  try {
    await run('/usr/bin/alembic', ['--version'])
    return false
  } catch (error) {
    const problem = `Alembic does not run here (bin/engines alembic): ${error instanceof Error ? error.message : error}`
    if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
    return problem
  }
}
