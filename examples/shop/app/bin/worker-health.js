import { isBeating } from '../src/heartbeat.js'
import { readSettings } from '../src/settings.js'

process.exitCode = isBeating(readSettings(process.env).heartbeat) ? 0 : 1
