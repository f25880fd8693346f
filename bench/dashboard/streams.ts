import { setTimeout as delay } from 'node:timers/promises'
import { decodeEvents } from '../../src/api/sse.ts'
import { startBrowser } from '../../test/helpers/browser.ts'
import type { ServerUnderTest } from '../../test/helpers/server.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { forgetMost, median, memoryOf, now, open, processorMs, range, type Visitor, verdict } from './measuring.ts'

const goals = { liveMs: 200, clientsMb: 100 }
const place = { project: 'shop-050', environment: 'staging' }

/** Each moment at which `/live` told of something. */
interface Watching extends AsyncDisposable {
  readonly heard: { readonly seq: number; readonly at: number }[]
}

async function watch(visitor: Visitor, after: number): Promise<Watching> {
  const answer = await open(visitor, `/live?after=${after}`, { accept: 'text/event-stream' })
  const heard: Watching['heard'] = []
  const reading = (async () => {
    for await (const { name, data } of decodeEvents(answer)) {
      if (name === 'message') heard.push({ seq: (JSON.parse(data) as { seq: number }).seq, at: now() })
    }
  })().catch(() => {}) // We have left.
  return {
    heard,
    async [Symbol.asyncDispose]() {
      answer.destroy()
      await reading
    },
  }
}

/** Appends a fact and tells when: locks a place, or unlocks it. */
async function record(
  { client }: ServerUnderTest,
  round: number,
): Promise<{ readonly seq: number; readonly at: number }> {
  if (round % 2 === 0) await client.call('lock', { params: place, body: { reason: 'a bench', forMs: 600_000 } })
  else await client.call('unlock', { params: place })
  const [fact] = await client.call('facts.list', { query: { project: place.project, limit: 1 } })
  return { seq: fact?.seq ?? 0, at: fact?.at ?? 0 }
}

/** From a fact being committed to a browser hearing of it, and to the page showing it. */
export async function measureLive(server: ServerUnderTest, visitor: Visitor, rounds: number): Promise<void> {
  await record(server, 1)
  const told = await untilTold(server, visitor, rounds)
  console.log(`\nlive, ${rounds} rounds: median (min–max) in ms from the fact's commit`)
  console.log(`  ${'to the event on /live'.padEnd(44)} ${range(told)}  ${verdict(median(told), goals.liveMs, 'ms')}`)
  const shown = await untilShown(server, visitor, rounds)
  const ratio = `×${(median(shown) / median(told)).toFixed(1)} of the event`
  console.log(`  ${'to the change being in the overview (Chromium)'.padEnd(44)} ${range(shown)}  ${ratio}`)
}

async function untilTold(server: ServerUnderTest, visitor: Visitor, rounds: number): Promise<readonly number[]> {
  const { seq } = await record(server, 0)
  await using live = await watch(visitor, seq)
  const times: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const fact = await record(server, round)
    const heard = await waitFor('the event', () => live.heard.find((each) => each.seq >= fact.seq))
    times.push(heard.at - fact.at)
    // Not in step with the server's own pause.
    await delay(300 + Math.random() * 200)
  }
  return times
}

async function untilShown(
  server: ServerUnderTest,
  { url, cookie }: Visitor,
  rounds: number,
): Promise<readonly number[]> {
  await using browser = await startBrowser()
  const { page, context } = await browser.window()
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  await page.goto(url)
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const [fact, shownAt] = await Promise.all([record(server, round), page.evaluate<number>(changed(place.project))])
    times.push(shownAt - fact.at)
    await delay(700)
  }
  return times
}

/** In the browser: when the project's card changes next so that the lock has come or gone. */
function changed(project: string): string {
  return `new Promise((resolve) => {
    const isLocked = () => document.querySelector('#project-${project}').textContent.includes('locked by')
    const before = isLocked()
    const watching = new MutationObserver(() => {
      if (isLocked() === before) return
      watching.disconnect()
      resolve(performance.timeOrigin + performance.now())
    })
    watching.observe(document.body, { subtree: true, childList: true, characterData: true })
  })`
}

/** What many open pages cost a server to which something happens every second. */
export async function measureClients(server: ServerUnderTest, visitor: Visitor, count: number): Promise<void> {
  const { pid } = server
  const { seq } = await record(server, 1)
  await forgetMost(pid)
  const before = await memoryOf(pid)
  const idle = await processorOver(pid, 5_000)
  await using stack = new AsyncDisposableStack()
  const clients = await Promise.all(Array.from({ length: count }, async () => stack.use(await watch(visitor, seq))))
  await delay(2_000)
  const resting = await processorOver(pid, 5_000)
  const late: number[] = []
  const from = await processorMs(pid)
  for (let second = 0; second < 10; second += 1) {
    const fact = await record(server, second)
    await waitFor('all to hear', () => clients.every(({ heard }) => (heard.at(-1)?.seq ?? 0) >= fact.seq) || null)
    late.push(Math.max(...clients.map(({ heard }) => heard.at(-1)?.at ?? 0)) - fact.at)
    await delay(Math.max(0, fact.at + 1_000 - now()))
  }
  const busy = ((await processorMs(pid)) - from) / 10_000
  const added = (await memoryOf(pid)).most - before.now
  console.log(`\n${count} open pages, one fact a second for 10 s`)
  console.log(
    `  memory of the server ${added.toFixed(0)} MB more at most than the ${before.now.toFixed(0)} before; ${verdict(added, goals.clientsMb, 'MB')}`,
  )
  console.log(
    `  processor ${percent(busy)} of one core; ${percent(resting)} while nothing happens, ${percent(idle)} with no page open`,
  )
  console.log(`  the last of them heard after ${range(late).trim()} ms`)
}

async function processorOver(pid: number, ms: number): Promise<number> {
  const from = await processorMs(pid)
  await delay(ms)
  return ((await processorMs(pid)) - from) / ms
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
