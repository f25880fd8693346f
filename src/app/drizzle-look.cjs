// Run within a release (`node -e`): prints where drizzle's journal is, and each migration that is still to run. As drizzle itself
// decides it: everything in the journal that is newer than the newest row of its table.
const { readFileSync, existsSync } = require('node:fs')
const { createRequire } = require('node:module')
const own = createRequire(`${process.cwd()}/package.json`)
const out = ['drizzle', 'migrations', 'drizzle/migrations'].find((each) => existsSync(`${each}/meta/_journal.json`))
const has = (name) => {
  try {
    own.resolve(name)
    return true
  } catch {
    return false
  }
}
const url = process.env.DATABASE_URL ?? ''
const file = url.replace(/^(file|sqlite):(\/\/)?/, '')
const schema = 'SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at DESC LIMIT 1'
const table = 'SELECT created_at FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 1'
async function newest() {
  if (/^postgres(ql)?:/.test(url)) {
    if (has('pg')) {
      const client = new (own('pg').Client)({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(schema)).rows[0]?.created_at
      } finally {
        await client.end()
      }
    }
    const sql = own('postgres')(url, { max: 1 })
    try {
      return (await sql.unsafe(schema))[0]?.created_at
    } finally {
      await sql.end()
    }
  }
  if (/^mysql:/.test(url)) {
    const client = await own('mysql2/promise').createConnection(url)
    try {
      return (await client.query(table))[0][0]?.created_at
    } finally {
      await client.end()
    }
  }
  if (!existsSync(file)) return undefined
  const Database = has('better-sqlite3') ? own('better-sqlite3') : require('node:sqlite').DatabaseSync
  return new Database(file).prepare(table).get()?.created_at
}
function isNoTable(error) {
  return (
    error.code === '42P01' ||
    error.code === '3F000' ||
    error.code === 'ER_NO_SUCH_TABLE' ||
    /no such table/.test(error.message)
  )
}
if (out === undefined) throw new Error('there is no drizzle/meta/_journal.json')
newest()
  .catch((error) => {
    if (isNoTable(error)) return undefined
    throw error
  })
  .then((at) => {
    console.log(`signalbox journal: ${out}`)
    for (const { tag, when } of JSON.parse(readFileSync(`${out}/meta/_journal.json`, 'utf8')).entries)
      if (at === undefined || when > Number(at)) console.log(`pending: ${tag}`)
  })
  .catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
