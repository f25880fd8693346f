// changelog.mjs check            exits 1 while nothing stands under Unreleased
// changelog.mjs release X.Y.Z    gives what stands there its version and today's date
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../CHANGELOG.md', import.meta.url)
const [task, version] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')
const [, entries = ''] = /^## Unreleased\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text) ?? []

if (!/^- /m.test(entries)) {
  process.stderr.write('release: CHANGELOG.md has no entry under Unreleased; say what changed for users\n')
  process.exitCode = 1
} else if (task === 'release') {
  const today = new Date().toISOString().slice(0, 10)
  writeFileSync(
    file,
    text.replace('## Unreleased\n', () => `## Unreleased\n\n## ${version} - ${today}\n`),
  )
}
