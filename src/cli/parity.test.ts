import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { type RouteName, routes } from '../api/routes.ts'

/** What the API can do, the command line can: each route with the file that asks it, or the reason why none does. */
const withoutCommand: Partial<Record<RouteName, string>> = {
  'password.change': 'a password is typed at a page, where a password manager sees to it',
  openapi: 'for programs that are made from it; it is printed in docs/reference/http.md',
}

const sources = globSync('src/cli/**/*.ts')
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, asked: askedIn(readFileSync(file, 'utf8')) }))

for (const name of Object.keys(routes) as RouteName[]) {
  const users = sources.filter(({ asked }) => asked.has(name)).map(({ file }) => file)
  const reason = withoutCommand[name]
  test(`${name}: ${users.join(', ') || (reason ?? 'no command')}`, () => {
    if (reason === undefined)
      assert.notDeepEqual(users, [], 'a route needs a command, or a line above that says why not')
    else assert.deepEqual(users, [], 'it has a command, and needs no reason why not')
  })
}

test('names of routes are read from calls, those that are put together too', () => {
  const hole = '$' + '{what}'
  const text = `function a(what: 'on' | 'off') { api.call('x.y', {}); api.follow(\n'z'); call(\`a.${hole}.b\`) } // 'no'`
  assert.deepEqual([...askedIn(text)], ['x.y', 'z', 'a.on.b', 'a.off.b'])
})

/** The first word of each call; where it is put together with a parameter, with each that the parameter may be. */
function askedIn(text: string): ReadonlySet<string> {
  const calls = text.matchAll(/\b(?:call|follow)\(\s*(['`])(.+?)\1/g)
  return new Set([...calls].flatMap(([, , name = '']) => spelled(name, text)))
}

function spelled(name: string, text: string): readonly string[] {
  const [hole, parameter] = /\$\{(\w+)\}/.exec(name) ?? []
  if (hole === undefined) return [name]
  const types = [...text.matchAll(new RegExp(`\\b${parameter}: ((?:'\\w+'(?: \\| )?)+)`, 'g'))]
  const words = types.flatMap(([, union = '']) => [...union.matchAll(/'(\w+)'/g)].map(([, word = '']) => word))
  return words.map((word) => name.replace(hole, word))
}
