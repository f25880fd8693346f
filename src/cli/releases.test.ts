import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { cli } from '../../test/helpers/cli.ts'
import { pushed } from '../../test/helpers/deployments.ts'
import { tokens } from '../../test/helpers/people.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import type { ReleaseDetailView } from '../api/views.ts'

test('one release is shown with where it came from, the ways back to it, and its notes', async () => {
  await using api = await apiServer()
  await using dir = await tempDir()
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  const env = { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.admin }
  const sb = (...words: string[]) => cli(['--project', 'shop', ...words], { cwd: dir.path, env })
  const { commit, version } = (await sb('releases', 'show', 'v1', '--json')).json<ReleaseDetailView>()
  await sb('releases', 'alias', 'shop', 'spring', version)
  const { code, stdout, stderr } = await sb('releases', 'show', 'spring')
  assert.equal(code, 0, stderr)
  assert.match(stdout, new RegExp(`^shop ${version} {2}first\\n {2}commit +${commit}\\n {2}built +.* by r1\\n`))
  assert.match(stdout, /^ {2}archive +[0-9a-f]{64}, \d.*\n {2}also called +spring\n\nwhere/m)
  assert.match(stdout, /^staging +yes +d1, .*$/m)
  assert.match(stdout, /^production +no +never +it was never live here: deploy it instead\n$/m)
  await sb('releases', 'publish', 'shop', version)
  assert.match((await sb('releases', 'show', version)).stdout, /\n\npublished as shop-\S+ by admin, .* UTC\n\n.*first/s)
  const unknown = await sb('releases', 'show', 'autumn')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /There is no release autumn of shop/)
})
