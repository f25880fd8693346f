import assert from 'node:assert/strict'
import test from 'node:test'
import { sandboxWords } from './sandbox.ts'
import { placesOf } from './workspace.ts'

const places = placesOf('/data/work', 'r1/test/1')
const system = { files: ['/usr', '/etc/passwd'], links: [{ path: '/bin', to: 'usr/bin' }] }
const files = { script: `${places.own}/step.sh`, output: `${places.own}/output` }

test('a sandbox shows programs and the workspace, the script to read, the output to write, and no folder of ours', () => {
  const words = sandboxWords(
    ['sh', '-e', files.script],
    { places, toolPath: ['/opt/node/bin'], network: false, system },
    files,
  )
  const pairs = words.flatMap((word, at) => (/^--(ro-)?bind(-try)?$/.test(word) ? [`${word} ${words[at + 1]}`] : []))
  assert.deepEqual(pairs, [
    ...[
      '--ro-bind-try /usr',
      '--ro-bind-try /etc/passwd',
      '--ro-bind-try /opt/node/bin',
      '--ro-bind-try /opt/node/lib',
    ],
    ...[places.workspace, places.home, places.temporary].map((path) => `--bind ${path}`),
    ...[`--ro-bind ${files.script}`, `--bind ${files.output}`],
  ])
  assert.equal(words.includes('--share-net'), false)
  assert.deepEqual(words.slice(words.indexOf('--')), ['--', 'sh', '-e', files.script])
})

test('only with a network are there the files that name it', () => {
  const words = sandboxWords(['true'], { places, toolPath: [], network: true, system }, null)
  assert.ok(words.includes('--share-net') && words.includes('/etc/resolv.conf'))
})
