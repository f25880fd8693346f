import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { root } from '../src/settings.js'

// Plain Node has no linter; that every file can be parsed is what it can tell.
const files = globSync(['bin/*.js', 'src/*.js', 'test/**/*.js'], { cwd: root })
for (const file of files) execFileSync(process.execPath, ['--check', file], { cwd: root, stdio: 'inherit' })
process.stdout.write(`${files.length} files are well-formed\n`)
