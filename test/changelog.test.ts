import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { tempDir } from './helpers/temp-dir.ts'

const root = join(import.meta.dirname, '..')

test('a release is refused while nothing stands under Unreleased', async (t) => {
  const { program } = await project(
    t,
    '# Changelog\n\n## Unreleased\n\n### Added\n\n## 0.1.0 - 2026-01-02\n\n- First.\n',
  )
  const { status, stderr } = spawnSync(process.execPath, [program, 'check'], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /no entry under Unreleased/)
})

test('a release gives what stands there its version and leaves the rest alone', async (t) => {
  const { program, changelog } = await project(
    t,
    '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2026-01-02\n\n- First.\n',
  )
  execFileSync(process.execPath, [program, 'check'])
  execFileSync(process.execPath, [program, 'release', '0.2.0'])
  assert.match(
    readFileSync(changelog, 'utf8'),
    /^# Changelog\n\n## Unreleased\n\n## 0\.2\.0 - \d{4}-\d\d-\d\d\n\n- New\.\n\n## 0\.1\.0 - 2026-01-02\n\n- First\.\n$/,
  )
})

async function project(t: TestContext, text: string) {
  const dir = await tempDir()
  t.after(() => dir[Symbol.asyncDispose]())
  mkdirSync(join(dir.path, 'bin'))
  const program = join(dir.path, 'bin', 'changelog.mjs')
  const changelog = join(dir.path, 'CHANGELOG.md')
  cpSync(join(root, 'bin', 'changelog.mjs'), program)
  writeFileSync(changelog, text)
  return { program, changelog }
}
