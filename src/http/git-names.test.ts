import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { gitServer } from '../../test/helpers/git-server.ts'
import { hostileNames } from '../../test/helpers/hostile-names.ts'
import { tokens } from '../../test/helpers/people.ts'
import { packet } from '../sources/git/packet.ts'

/** A pack without objects: what it refers to is there already. */
const emptyPack = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex')

test('a hostile name of a branch or tag is passed as data or refused with a reason, alone and beside others', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  await work.git('push', server.remote('shop'), 'main')
  const sha = await work.git('rev-parse', 'HEAD')
  assert.ok(hostileNames.length >= 150)
  let taken = 0
  for (const [index, name] of hostileNames.entries()) {
    const full = `refs/${index % 2 === 0 ? 'heads' : 'tags'}/${name}`
    const answer = await push(server.url, [full], sha)
    const refs = await server.source.refs('shop')
    if (answer.includes(`ok ${full}`)) {
      taken += 1
      assert.equal(refs.get(full), sha, `${JSON.stringify(name)} is a ref by exactly this name`)
    } else {
      assert.match(answer, /ng |cannot be read|funny refname/, JSON.stringify(name))
      assert.equal(refs.size, 1 + taken, JSON.stringify(name))
    }
  }
  assert.ok(taken >= 40, `${taken} names were only strange`)
  const beside = await push(server.url, ['refs/heads/good', 'refs/heads/-evil'], sha)
  assert.match(beside, /ng refs\/heads\/good refused with the others/)
  assert.match(beside, /ng refs\/heads\/-evil the name has a part that begins with a hyphen/)
  assert.match(await push(server.url, [`refs/signalbox/keep/${sha}`], sha), /ng .* neither a branch nor a tag/)
  for (const place of [server.reposDir, join(server.reposDir, 'shop.git'), process.cwd()]) {
    await assert.rejects(access(join(place, 'signalbox-marker')), 'nothing was run')
  }
})

test('the person who pushes a refused name with git reads why', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  const { code, output } = await work.tried('push', server.remote('shop'), 'main:refs/heads/-x', 'main:refs/heads/fine')
  assert.equal(code, 1)
  assert.match(output, /remote rejected.*the name has a part that begins with a hyphen/)
  assert.match(output, /remote rejected.*refused with the others/)
  assert.equal((await server.source.refs('shop')).size, 0)
})

test('a name that git takes and we do not is refused by exactly this name, so that git finds the reason', async () => {
  await using server = await gitServer()
  const work = await server.workingCopy()
  for (const name of ['a\u0085b', 'a\u2028b', 'a\u2029b', 'a'.repeat(2_000)]) {
    const { code, output } = await work.tried('push', server.remote('shop'), `main:refs/heads/${name}`)
    assert.equal(code, 1)
    assert.match(output, /remote rejected.*the name (has a control character|is longer than 255 bytes)/s)
  }
  const sha = await work.git('rev-parse', 'HEAD')
  const said = await push(server.url, [Buffer.from('refs/heads/a\xffb', 'latin1')], sha)
  assert.ok(said.includes('ng refs/heads/a\xffb the name is not UTF-8'), said)
})

async function push(url: string, names: readonly (string | Buffer)[], sha: string): Promise<string> {
  const change = Buffer.from(`${'0'.repeat(40)} ${sha} `)
  const lines = names.map((name, index) =>
    packet(
      Buffer.concat([change, Buffer.from(name), Buffer.from(index === 0 ? '\0 report-status delete-refs\n' : '\n')]),
    ),
  )
  const body = Buffer.concat([...lines, Buffer.from('0000'), emptyPack])
  const answer = await fetch(`${url}/git/shop.git/git-receive-pack`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${tokens.deploy}`, 'content-type': 'application/x-git-receive-pack-request' },
  })
  assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(names)}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1')
}
