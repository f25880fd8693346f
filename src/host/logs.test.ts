import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { silent } from '../lib/log.ts'
import { systemClock } from '../system/clock.ts'
import type { Instance } from './instance.ts'
import { layoutOf } from './layout.ts'
import { Logs } from './logs.ts'

const track = 'shop/shop/staging'

test('the newest lines are told across the place where a log was trimmed', async () => {
  await using dir = await tempDir()
  const layout = layoutOf(dir.path)
  const instance = { spec: { track, name: 'd1-web-1', process: 'web' } } as Instance
  const logs = new Logs({ layout, clock: systemClock, log: silent, of: () => [instance] })
  await mkdir(layout.logs(track), { recursive: true })
  await writeFile(`${layout.log(track, 'd1-web-1')}.old`, 'one\ntwo\nthree\n')
  await writeFile(layout.log(track, 'd1-web-1'), 'four\n')
  const told: string[] = []
  const tell = (_: string, line: string) => void told.push(line)
  await logs.tell({ track, process: null, lines: 3, follow: false }, tell, new AbortController().signal)
  assert.deepEqual(told, ['two', 'three', 'four'])
})
