import assert from 'node:assert/strict'
import test from 'node:test'
import type { PublicationView, ReleaseDraftView } from '../../src/api/views.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, project, visit } from './stage.ts'

const limit = { timeout: 175_000 }

/** Staging follows main, production follows publications. */
function shop(version: string): ReturnType<typeof app> {
  return app('shop', version, {
    app: { draft_release: { tag_prefix: 'shop-' } },
    environments: { production: { hosts: 'shop.test', needs: 'staging', on: { release: 'published' } } },
  })
}

test('a release on its way from a draft to the public', limit, async (t) => {
  await using server = await startServer()
  const it = await project(server, 'shop')
  const ship = (version: string, message: string) => it.ship(shop(version), message)
  const there = (...words: string[]) => it.git('--git-dir', `${server.data}/repositories/shop.git`, ...words)
  let first: PublicationView | null = null

  await t.test('the draft tells of what was pushed, and what would be published', async () => {
    const commit = await ship('v1', 'feat: a cart (#12)')
    assertSucceeded(await it.deployed(commit))
    assertSucceeded(await it.deployed(await ship('v2', 'fix: the cart, again')))
    const drafts = async () => (await it.sb(['releases', 'draft', '--json'])).json<ReleaseDraftView[]>()
    await waitFor('both changes', async () => (await drafts())[0]?.changes.length === 2)
    const shown = (await it.sb(['releases', 'draft', 'shop'])).stdout
    assert.match(shown, /2 changes since the beginning/)
    assert.match(shown, /### Features\n\n- a cart \(#12, Test Person\)\n\n### Fixes\n\n- the cart, again/)
    assert.match(shown, /would be published: signalbox releases publish shop/)
  })

  await t.test('publishing makes a real tag and brings the very archive of staging to production', async () => {
    first = (await it.sb(['releases', 'publish', 'shop', '--json'])).json<PublicationView>()
    const deployed = await it.deployed(first.release.commit, 'production')
    assertSucceeded(deployed)
    assert.equal(await visit(server, 'shop.test'), 'v2')
    const [staging] = await server.client.call('status', {
      params: { project: 'shop' },
      query: { environment: 'staging' },
    })
    assert.equal(deployed.release.digest, staging?.desired?.release.digest)
    assert.match(first.tag, /^shop-\d{4}(\.\d\d){5}$/)
    const tag = first.tag
    await waitFor('the tag', async () => (await there('tag', '--list')) === tag)
    assert.equal(await there('rev-parse', `${tag}^{commit}`), first.release.commit)
    assert.match(await there('tag', '--list', '--format=%(taggername) %(contents)'), /^admin [\s\S]*a cart \(#12/)
    const again = (await it.sb(['releases', 'publish', 'shop', '--json'])).json<PublicationView>()
    assert.deepEqual([again.tag, await there('tag', '--list')], [tag, tag])
    assert.match(
      (await it.sb(['releases', 'draft'])).stdout,
      /0 changes since shop-.*\n\nNo changes\.\n\nNothing to publish/s,
    )
  })

  await t.test('its changelog is printed, and committed on a branch that leaves everything else alone', async () => {
    const tag = first?.tag ?? ''
    assert.match((await it.sb(['releases', 'changelog', 'shop', tag])).stdout, /^# shop \d{4}[\s\S]*### Fixes/)
    const commit = ['releases', 'changelog', 'shop', '--commit', '--json']
    const made = (await it.sb(commit)).json<{ path: string; branch: string; commit: string }>()
    assert.equal(made.path, `changelogs/shop/${tag.replace('shop-', '')}.md`)
    assert.match(await there('show', `${made.branch}:${made.path}`), /- a cart \(#12/)
    assert.equal(await there('diff', '--name-only', 'main', made.branch), made.path)
    assert.deepEqual((await it.sb(commit)).json(), made)
    assert.match((await it.sb(['releases', 'changelog', 'shop', 'nope'], { wanted: 2 })).stderr, /no release nope/i)
  })

  await t.test('every name of a release stands wherever a version may', async () => {
    await it.sb(['releases', 'alias', 'shop', 'spring', first?.tag ?? ''])
    assert.match((await it.sb(['releases'])).stdout, /rel-\d{4}\S+, shop-\d{4}\S+, spring/)
    const sent = (await it.sb(['deploy', 'staging', 'spring', '--json'])).json<{ release: { id: string } }[]>()
    assert.equal(sent[0]?.release.id, first?.release.id)
    assert.match((await it.sb(['releases', 'alias', 'shop', 'spring', '--remove'])).stdout, /taken away/)
    await it.sb(['deploy', 'staging', 'spring'], { wanted: 2 })
  })

  await t.test('with notes of one’s own, and not before staging has seen it', async () => {
    await it.commit({ 'notes.md': 'Mine.\n' })
    const commit = await ship('v3', 'three')
    assertSucceeded(await it.deployed(commit))
    const made = await it.sb(['releases', 'publish', 'shop', '--notes-file', 'notes.md'])
    assert.match(made.stdout, /published shop .* as shop-.*\n\nMine\./)
    assertSucceeded(await it.deployed(commit, 'production'))
    assert.equal((await it.sb(['releases', 'published', '--json'])).json<PublicationView[]>().length, 2)
    await it.sb(['lock', 'staging', '--reason', 'hold it'])
    const next = await ship('v4', 'four')
    await it.run(next)
    const refused = await it.sb(['releases', 'publish', 'shop', next.slice(0, 12)], { wanted: 1 })
    assert.match(refused.stderr, /has not succeeded in staging, so it is not published/)
    await it.sb(['releases', 'publish', 'shop', '--notes-file', 'nope.md'], { wanted: 2 })
  })
})
