import { buildAssets } from '../src/assets.js'
import { log } from '../src/log.js'

log('built', { assets: buildAssets() })
