import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { showProblems } from '../src/config/problem.ts'
import { parseProject } from '../src/config/project.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'src/**/*.md', 'test/**/*.md', 'bench/**/*.md'], {
  cwd: root,
}).sort()

test('every link to a file leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every file that a page names is there', () => {
  const missing = pages
    .filter((page) => !page.startsWith('docs/reference/') && page !== 'CHANGELOG.md')
    .flatMap((page) => named(read(page)).map((path) => ({ page, path })))
    .filter(({ page, path }) => ![dirname(page), '.', 'src'].some((from) => existsSync(join(root, from, path))))
    .map(({ page, path }) => `${page}: ${path}`)
  assert.deepEqual(missing, [])
})

/** Pages that tell people what to write and to type. */
const guides = ['README.md', ...pages.filter((page) => page.startsWith('docs/guides/'))]

for (const page of guides) {
  test(`every example of a signalbox.yml in ${page} is valid, without a warning`, () => {
    const examples = [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml)
    for (const yaml of examples.filter((each) => /^project:/m.test(each))) assertValid(yaml)
  })
}

test('the configuration of the sample shop is valid, without a warning', () => {
  assertValid(read('examples/shop/app/signalbox.yml'))
})

for (const page of guides) {
  test(`every command that ${page} shows is one`, () => {
    const reference = read('docs/reference/cli.md')
    const shown = [...read(page).matchAll(/^ {4}(?:bin\/)?signalbox ([a-z-]+)/gm)].map(([, command]) => command)
    assert.ok(page !== 'README.md' || shown.length > 5)
    assert.deepEqual(
      shown.filter((command) => !reference.includes(`\n### \`signalbox ${command}\`\n`)),
      [],
    )
  })
}

test('every test that docs/design/security.md names is there', () => {
  const named = [...read('docs/design/security.md').matchAll(/`([\w./-]+\.test\.ts)`: ([^;|]+?) *(?=[;|])/g)]
  assert.ok(named.length > 20)
  const missing = named.filter(([, file = '', title = '']) => {
    const path = [file, `src/${file}`, `test/${file}`].find((each) => existsSync(join(root, each)))
    return path === undefined || !read(path).includes(title)
  })
  assert.deepEqual(
    missing.map(([text]) => text),
    [],
  )
})

test('no two decisions have the same number', () => {
  const numbers = globSync('docs/decisions/*.md', { cwd: root }).map((path) => path.split('/').at(-1)?.slice(0, 4))
  assert.deepEqual(
    numbers.filter((number, index) => numbers.indexOf(number) !== index),
    [],
  )
})

test('every file in docs/decisions states its number', () => {
  const wrong = globSync('docs/decisions/*.md', { cwd: root }).filter((path) => {
    const number = path.split('/').at(-1)?.slice(0, 4)
    return !read(path).startsWith(`# ${number}: `)
  })
  assert.deepEqual(wrong, [])
})

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** Paths in backticks that look like ours: with a folder and an ending, or in a script folder; nothing with a placeholder. */
function named(text: string): readonly string[] {
  const found = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)(?:\s[^`]*)?`/g)].map(([, path = '']) => path)
  const tops = ['src', 'docs', 'test', 'bin', 'bench', 'examples', '.ci']
  return found.filter((path) => /\.(ts|md|mjs|sql|json|yml)$/.test(path) || tops.includes(path.split('/')[0] ?? ''))
}

function assertValid(yaml: string): void {
  const { problems, warnings } = parseProject(yaml, { drivers: { local: {} } })
  assert.deepEqual([...problems, ...warnings], [], showProblems([...problems, ...warnings]))
}
