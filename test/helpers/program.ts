import { join } from 'node:path'
import { ownProgram } from '../../src/system/own-files.ts'

const root = join(import.meta.dirname, '..', '..')

/** `bin/test` and `bin/bench` build what is in the package and run that; a test file that is run by itself runs the source. */
export const program = process.env.SIGNALBOX_TEST_BUILT === '1' ? join(root, 'dist', 'main.js') : ownProgram('main')

/** Each call is a process of its own: what has been compiled once need not be compiled again. */
export const compiled = join(root, 'node_modules', '.cache', 'signalbox-tests')
