import { createServer } from 'node:http'
import { pendingMigrations } from './database.js'
import { log } from './log.js'
import { countOrders, findOrder, latestOrders, listProducts, placeOrder } from './orders.js'
import { shopPage } from './pages.js'
import { version } from './settings.js'

/** The web process without its socket: everything it needs is handed in. `stop()` answers what it has begun, then closes. */
export function createShop({ database, assets, release = null }) {
  const streams = new Set()
  const context = { database, assets, release, streams }
  let stopping = false
  const server = createServer((request, response) => {
    response.setHeader('X-Release', version)
    if (stopping) response.setHeader('Connection', 'close')
    // A connection is idle once its answer is out; while stopping nobody needs it any more.
    response.on('close', () => stopping && setImmediate(() => server.closeIdleConnections()))
    answer(request, response, context).catch((error) => fail(error, response))
  })
  const stop = async () => {
    stopping = true
    const closed = new Promise((resolve) => server.close(resolve))
    for (const stream of streams) stream.end('event: bye\ndata: {}\n\n')
    await closed
  }
  return { server, stop }
}

const routes = {
  'GET /': home,
  'GET /healthz': health,
  'GET /version': showVersion,
  'GET /api/products': (_, response, { database }) => sendJson(response, 200, listProducts(database)),
  'POST /orders': takeOrder,
  'GET /slow': slow,
  'GET /stream': stream,
}

async function answer(request, response, context) {
  const url = new URL(request.url, 'http://shop')
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = routes[`${method} ${url.pathname}`]
  if (route !== undefined) return route(request, response, { ...context, url })
  const asset = context.assets.find(url.pathname)
  if (asset) return send(response, 200, { ...asset, headers: { 'Cache-Control': 'max-age=31536000, immutable' } })
  const order = /^\/api\/orders\/(\d+)$/.exec(url.pathname)
  const found = order && findOrder(context.database, Number(order[1]))
  return found ? sendJson(response, 200, found) : sendJson(response, 404, { problem: 'there is nothing here' })
}

function home(_, response, { database, assets }) {
  const orders = latestOrders(database, 10)
  const content = shopPage({ products: listProducts(database), orders, version, stylesheet: assets.nameOf('shop.css') })
  send(response, 200, { type: 'text/html; charset=utf-8', content })
}

/** Ready means: the database answers, and is as new as this version needs it. */
function health(_, response, { database }) {
  const pending = pendingMigrations(database)
  sendJson(response, pending.length === 0 ? 200 : 503, { ready: pending.length === 0, version, pending })
}

function showVersion(_, response, { release }) {
  sendJson(response, 200, { version, release, pid: process.pid })
}

async function takeOrder(request, response, { database }) {
  const text = await readBody(request, 128 * 1024)
  if (text === null) return sendJson(response, 413, { problem: 'the order is too long' })
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded'
  const wanted = isForm ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text)
  const order = wanted === null ? { problem: 'the order is not JSON' } : placeOrder(database, wanted)
  if (order.problem !== undefined) return sendJson(response, 422, order)
  if (isForm) return send(response, 303, { type: 'text/plain', content: '', headers: { Location: '/' } })
  return sendJson(response, 201, order)
}

/** An answer that takes its time, as a report would. */
async function slow(_, response, { url }) {
  const ms = Math.min(Math.max(Number(url.searchParams.get('ms') ?? 500) || 0, 0), 10_000)
  await new Promise((resolve) => setTimeout(resolve, ms))
  sendJson(response, 200, { waitedMs: ms, version })
}

/** Numbers of orders as server-sent events, twice a second, until the visitor leaves or the process stops. */
function stream(_, response, { database, streams }) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  const tell = () => response.write(`data: ${JSON.stringify({ version, ...countOrders(database) })}\n\n`)
  const timer = setInterval(tell, 500)
  streams.add(response)
  response.on('close', () => {
    clearInterval(timer)
    streams.delete(response)
  })
  tell()
}

function send(response, status, { type, content, headers = {} }) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(content), ...headers })
  response.end(content)
}

function sendJson(response, status, value) {
  send(response, status, { type: 'application/json', content: JSON.stringify(value) })
}

function fail(error, response) {
  log('request failed', { error: error.stack })
  if (response.headersSent) return response.destroy()
  return sendJson(response, 500, { problem: 'the shop made a mistake' })
}

/** Null when it is longer than the limit; the rest is read and thrown away, so that the answer can be sent. */
async function readBody(request, limit) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= limit) chunks.push(chunk)
  }
  return length > limit ? null : Buffer.concat(chunks).toString('utf8')
}

function parseJson(text) {
  try {
    return Object(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
