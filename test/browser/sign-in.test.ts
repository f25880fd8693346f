import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import type { CDPSession, Page } from 'playwright-core'
import { noBrowser, startBrowser, type Window } from '../helpers/browser.ts'
import { freePort } from '../helpers/free-port.ts'
import { identityProvider } from '../helpers/identity-provider.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { signInFirst } from './stage.ts'

const limit = { timeout: 120_000, skip: noBrowser() }

/** Reached by a name, as browsers want it for passkeys. */
async function namedServer(flags: readonly string[] = []): Promise<ServerUnderTest> {
  const port = await freePort()
  const named = ['--listen', `127.0.0.1:${port}`, '--public-url', `http://localhost:${port}`]
  return await startServer({ flags: [...named, ...flags] })
}

/** A device of Chromium's own, that keeps passkeys and says that its person showed a finger. */
async function device({ context, page }: Window): Promise<{ isVerified(yes: boolean): Promise<void> }> {
  const session: CDPSession = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  return {
    isVerified: async (isUserVerified) => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** As after ten minutes in which the browser was left alone. */
function leftAlone({ data }: ServerUnderTest): void {
  const db = new DatabaseSync(join(data, 'signalbox.db'))
  db.exec('UPDATE sessions SET confirmed_at = 0')
  db.close()
}

test('a passkey is made, signs in without a name, and is asked for before it is removed', limit, async () => {
  await using server = await namedServer()
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page, complaints } = window
  const { isVerified } = await device(window)
  await signInFirst(window, server)
  await page.goto(`${server.serving.url}/me`)
  await page.getByLabel('Name, such as the device').fill('this laptop')
  await button(page, 'Add a passkey').click()
  await page.getByRole('cell', { name: 'this laptop' }).waitFor()
  await button(page, 'Sign out').click()
  await button(page, 'Sign in with a passkey').click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  leftAlone(server)
  await page.goto(`${server.serving.url}/me`)
  const row = page.getByRole('row', { name: /this laptop/ })
  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
  await button(page, 'Sign in with a passkey').click()
  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('You have no passkey.').waitFor()
  assert.deepEqual(
    complaints.filter((text) => !/status of 403/.test(text)),
    [],
  )
  await isVerified(false)
  await page.getByLabel('Name, such as the device').fill('without a finger')
  await button(page, 'Add a passkey').click()
  await page.getByText('Nothing was chosen, or it took too long.').waitFor()
})

test('who changes their password stays signed in here, and nowhere else', limit, async () => {
  await using server = await namedServer()
  await using browser = await startBrowser()
  const [here, elsewhere] = [await browser.window(), await browser.window()]
  await signInFirst(here, server)
  const signIn = async (password: string) => {
    await elsewhere.page.goto(`${server.serving.url}/login`)
    await elsewhere.page.getByLabel('Name').fill('admin')
    await elsewhere.page.getByLabel('Password').fill(password)
    await button(elsewhere.page, 'Sign in').click()
  }
  await signIn('seven brown horses ran')
  await elsewhere.page.getByRole('heading', { name: 'Overview' }).waitFor()
  await here.page.goto(`${server.serving.url}/me`)
  await here.page.getByText('Change the password').click()
  await here.page.getByLabel('The one you have').fill('seven brown horses ran')
  await here.page.getByLabel('The new one').fill('eight green ponies swam')
  await button(here.page, 'Change it').click()
  await here.page.getByText('you are signed in here alone').waitFor()
  // The page that is open there finds out by itself.
  await elsewhere.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn('seven brown horses ran')
  await elsewhere.page.getByText('The name or the password is not right').waitFor()
  await signIn('eight green ponies swam')
  await elsewhere.page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.deepEqual(here.complaints, [])
})

test('a person links a provider at their page and signs in by it, with a strict policy and all', limit, async () => {
  await using dir = await tempDir()
  await using provider = await identityProvider()
  const { url, clientId, clientSecret } = provider.oidc
  const [file, secret] = [join(dir.path, 'providers.yml'), join(dir.path, 'secret')]
  const entry = `{ kind: oidc, title: Example Inc., issuer: "${url}", client_id: ${clientId}, client_secret: { file: ${secret} } }`
  await writeFile(file, `providers:\n  company: ${entry}\n`)
  await writeFile(secret, clientSecret)
  await using server = await namedServer(['--providers', file])
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page, complaints } = window
  await signInFirst(window, server)
  await page.goto(`${server.serving.url}/me`)
  await page.getByRole('link', { name: 'Linked providers' }).click()
  await button(page, 'Link Example Inc.').click()
  await page.getByRole('cell', { name: 'ada-l' }).waitFor()
  await page.goto(`${server.serving.url}/me`)
  await button(page, 'Sign out').click()
  await button(page, 'Sign in with Example Inc.').click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.deepEqual(complaints, [])
})
