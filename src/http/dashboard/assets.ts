import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { sha256 } from '../../lib/hash.ts'
import { gzipped } from '../../system/compress.ts'
import { namesIn, readText } from '../../system/files.ts'
import { ownFile } from '../../system/own-files.ts'
import type { Env } from '../env.ts'

/** What pages load beside themselves. The address changes with what it holds, so that a browser asks for it once. */
export interface Assets {
  /** Where they are, without a slash at the end. */
  readonly prefix: string
  serve(app: Hono<Env>): void
}

interface Asset {
  readonly type: string
  readonly text: string
  readonly gzip: Uint8Array<ArrayBuffer>
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

const mostBytes = 1024 * 1024
const forever = 'public, max-age=31536000, immutable'

export async function readAssets(): Promise<Assets> {
  const own = ownFile('dashboard/assets')
  const paths = new Map((await namesIn(own)).map((name) => [name, join(own, name)]))
  paths.set('idiomorph.js', fileURLToPath(import.meta.resolve('idiomorph/dist/idiomorph.esm.js')))
  const read = await Promise.all(
    [...paths].sort().map(async ([name, path]) => [name, await readAsset(name, path)] as const),
  )
  const hash = sha256(read.map(([name, { text }]) => `${name} ${sha256(text)}`).join('\n')).slice(0, 16)
  const assets = new Map(read)
  const prefix = `/assets/${hash}`
  return { prefix, serve: (app) => serveAssets(app, prefix, assets) }
}

async function readAsset(name: string, path: string): Promise<Asset> {
  const text = (await readText(path, mostBytes)) ?? ''
  const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  return { type, text, gzip: await gzipped(text) }
}

function serveAssets(app: Hono<Env>, prefix: string, assets: ReadonlyMap<string, Asset>): void {
  app.get(`${prefix}/:name`, (context) => {
    const asset = assets.get(context.req.param('name'))
    if (asset === undefined) return context.notFound()
    const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '')
    context.header('content-type', asset.type)
    context.header('cache-control', forever)
    context.header('vary', 'accept-encoding')
    if (!takesGzip) return context.body(asset.text)
    context.header('content-encoding', 'gzip')
    return context.body(asset.gzip)
  })
}
