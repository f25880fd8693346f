import type { DemoOptions } from '../../cli/world.ts'
import { systemClock } from '../../system/clock.ts'
import type { Serving } from '../serve.ts'
import { narrator } from './narrator.ts'
import { openStage } from './stage.ts'
import { tell } from './story.ts'
import { summaryOf } from './summary.ts'
import { visitorsOf } from './visitors.ts'

/** The main job on this machine, from nothing, with a sample app. True when everything ended as the story says. */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  const { stdout, stderr } = process
  const story = options.json ? stderr : stdout
  const says = narrator((text) => story.write(text), story.isTTY === true && process.env.NO_COLOR === undefined)
  const began = systemClock.monotonic()
  says.line('starting a server in a temporary directory')
  await using stage = await openStage(signal)
  const { url, edge } = stage.serving
  says.line(`server ${url}, visitors ${edge}`)
  await using visitors = visitorsOf(edge, systemClock)
  const scenes = await tell({ stage, visitors, narrator: says })
  const loads = await visitors.finish()
  const summary = summaryOf({ scenes, loads, tookMs: systemClock.monotonic() - began })
  if (options.json) stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
  else for (const line of summary.lines) says.line(line)
  if (!options.exit) {
    const pages = await stage.client.call('accounts.invite', { params: { account: 'admin' } })
    for (const line of leaveRunning(stage.serving, pages.url)) says.line(line)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  return summary.asExpected
}

function leaveRunning({ url, edge, tokenFile }: Serving, pages: string): readonly string[] {
  const port = edge.slice(edge.lastIndexOf(':'))
  return [
    '',
    `production   http://shop.localhost${port}/`,
    `staging      http://staging.shop.localhost${port}/`,
    `pages        ${pages}   (choose a password, and look at what happened)`,
    `server       ${url}   (signalbox login ${url} --token-file ${tokenFile})`,
    'It runs until Ctrl-C, and is gone then.',
  ]
}
