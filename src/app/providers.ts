import { readFile } from 'node:fs/promises'
import { showProblems } from '../config/problem.ts'
import { type ProviderConfig, parseProviders } from '../config/providers.ts'
import type { Provider } from '../http/accounts/providers.ts'
import { Fault, messageOf } from '../lib/fault.ts'

/** Who tells this server who somebody is, by the file of `--providers`, each with its secret. Fault `config.invalid`. */
export async function providersIn(path: string | null): Promise<readonly Provider[]> {
  if (path === null) return []
  const { providers, problems } = parseProviders(await textOf(path, '--providers'), path)
  if (problems.length > 0) throw new Fault('config.invalid', { details: { problems: showProblems(problems) } })
  return await Promise.all(
    providers.map(async ({ secret, ...rest }) => ({ ...rest, clientSecret: await secretOf(rest.name, secret) })),
  )
}

/** The files that hold their secrets, as far as they can be told. */
export async function secretFilesIn(path: string | null): Promise<readonly string[]> {
  const text = path === null ? '' : await readFile(path, 'utf8').catch(() => '') // A server with such a file does not start.
  const { providers } = parseProviders(text, path ?? '')
  return providers.flatMap(({ secret }) => ('file' in secret ? [secret.file] : []))
}

async function secretOf(name: string, secret: ProviderConfig['secret']): Promise<string> {
  const place = `providers.${name}.client_secret`
  const value = 'env' in secret ? process.env[secret.env] : (await textOf(secret.file, place)).split('\n')[0]
  if (value) return value
  const problems = `${place}: ${'env' in secret ? `the variable ${secret.env}` : secret.file} is empty`
  throw new Fault('config.invalid', { details: { problems } })
}

async function textOf(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('config.invalid', { details: { problems: `${setting}: ${messageOf(error)}` }, cause: error })
  }
}
