import assert from 'node:assert/strict'
import { request } from 'node:http'
import { join } from 'node:path'
import test from 'node:test'
import { openDatabase } from '../../src/database.js'
import { version } from '../../src/settings.js'
import { runningShop, temporaryFolder } from '../helpers.js'

test('the page lists products, and its stylesheet may be kept for ever', async (t) => {
  const { url } = await runningShop(t)
  const answer = await fetch(url)
  assert.equal(answer.headers.get('x-release'), version)
  const page = await answer.text()
  assert.match(page, /Kettle/)
  const stylesheet = await fetch(url + /href="([^"]+\.css)"/.exec(page)[1])
  assert.match(stylesheet.headers.get('cache-control'), /immutable/)
})

test('a form leads back to the page, JSON is answered with the order', async (t) => {
  const { url } = await runningShop(t)
  const body = new URLSearchParams({ product: '1', quantity: '2', note: 'for <you>' })
  const form = await fetch(`${url}/orders`, {
    method: 'POST',
    body: body.toString(),
    headers: formType,
    redirect: 'manual',
  })
  assert.equal(form.status, 303)
  const json = await fetch(`${url}/orders`, { method: 'POST', body: JSON.stringify({ product: 3, quantity: 1 }) })
  assert.equal(json.status, 201)
  const { id } = await json.json()
  assert.equal((await (await fetch(`${url}/api/orders/${id}`)).json()).state, 'new')
  assert.match(await (await fetch(url)).text(), /No\. 1: 2 × Kettle/)
})

test('what is not an order is refused with a sentence', async (t) => {
  const { url } = await runningShop(t)
  const post = (body) => fetch(`${url}/orders`, { method: 'POST', body })
  assert.equal((await post('{')).status, 422)
  assert.equal((await post('null')).status, 422)
  assert.equal((await post('{"product":1,"quantity":0}')).status, 422)
  assert.equal((await post('x'.repeat(200_000))).status, 413)
  assert.equal((await post(JSON.stringify({ product: 1, quantity: 1, note: 'x'.repeat(65_536) }))).status, 201)
})

test('products, version and unknown paths', async (t) => {
  const { url } = await runningShop(t)
  assert.equal((await (await fetch(`${url}/api/products`)).json()).length, 4)
  assert.deepEqual(await (await fetch(`${url}/version`)).json(), { version, release: 'test', pid: process.pid })
  assert.equal((await fetch(`${url}/nothing`)).status, 404)
  assert.equal((await fetch(`${url}/api/orders/999`)).status, 404)
  assert.equal((await fetch(`${url}/orders`)).status, 404)
})

test('it is ready only when the database is as new as the code', async (t) => {
  const ready = await runningShop(t)
  assert.equal((await fetch(`${ready.url}/healthz`)).status, 200)
  const database = openDatabase(join(temporaryFolder(t), 'shop.db'))
  t.after(() => database.close())
  const early = await runningShop(t, { database })
  assert.equal((await fetch(`${early.url}/healthz`)).status, 503)
})

test('a stop answers what has begun, says goodbye to streams, and takes nothing new', {
  timeout: 10_000,
}, async (t) => {
  const { url, server, stop } = await runningShop(t)
  const slow = fetch(`${url}/slow?ms=200`)
  const stream = await fetch(`${url}/stream`)
  await new Promise((resolve) => request(`${url}/version`, (answer) => answer.resume().on('end', resolve)).end())
  while ((await connections(server)) < 2) await new Promise(setImmediate)
  const stopped = stop()
  assert.match(await stream.text(), /event: bye/)
  assert.equal((await slow).status, 200)
  await stopped
  await assert.rejects(fetch(`${url}/version`))
})

function connections(server) {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}

const formType = { 'Content-Type': 'application/x-www-form-urlencoded' }
