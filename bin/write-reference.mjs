import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from '../test/reference.ts'

for (const { file, print } of pages) writeFileSync(join(import.meta.dirname, '..', file), print())
