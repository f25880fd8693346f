import { link, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { Fault } from '../lib/fault.ts'
import { codeOf, diskFault, exists, readText, syncDirectory } from './files.ts'
import { newId } from './random.ts'

/** What a secret belongs to. A ciphertext moved to another place does not open there. */
export interface SecretBinding {
  readonly environment: string
  readonly name: string
  readonly version: number
}

/** Encrypts secrets for this installation. The result is an age file as text: `age --decrypt --identity KEY` opens it too. */
export interface SecretBox {
  encrypt(value: string, binding: SecretBinding): Promise<string>
  /** Fault `secret.unreadable` with another key or damaged text, `secret.misplaced` when it was made for another place. */
  decrypt(text: string, binding: SecretBinding): Promise<string>
  /** The public half, `age1…`. */
  readonly recipient: string
}

/**
 * The key of this installation, made at the first call and never again: 0600, in a directory that is there. Faults
 * `secret.key_exposed` when others can read it, `secret.key_damaged` when it holds no key; neither is ever repaired by us.
 */
export async function openSecretBox(keyPath: string): Promise<SecretBox> {
  const identity = await readIdentity(keyPath)
  const recipient = await identityToRecipient(identity)
  return {
    recipient,
    async encrypt(value, binding) {
      const encrypter = new Encrypter()
      encrypter.addRecipient(recipient)
      return armor.encode(await encrypter.encrypt(JSON.stringify({ ...bound(binding), value })))
    },
    async decrypt(text, binding) {
      return valueFor(binding, await unseal(text, identity, binding))
    },
  }
}

/**
 * The public half of the key in a file, which is left as it is; null when there is no such file. Fault `secret.key_damaged`.
 */
export async function recipientIn(path: string): Promise<string | null> {
  const text = await readText(path, LARGEST_KEY_FILE)
  return text === null ? null : await identityToRecipient(identityIn(text, path))
}

const LARGEST_KEY_FILE = 16 * 1024
const identityLine = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m

async function readIdentity(path: string): Promise<string> {
  await makeKeyFile(path)
  const found = await stat(path)
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  if ((found.mode & 0o077) !== 0) throw new Fault('secret.key_exposed', { details: { path, mode } })
  return identityIn((await readText(path, LARGEST_KEY_FILE)) ?? '', path)
}

function identityIn(text: string, path: string): string {
  const identity = identityLine.exec(text)?.[0]
  if (identity === undefined) throw new Fault('secret.key_damaged', { details: { path } })
  return identity
}

/** Two servers may start at once: a link never replaces a file, so the first key wins, and it is whole when it appears. */
async function makeKeyFile(path: string): Promise<void> {
  if (await exists(path)) return
  const identity = await generateX25519Identity()
  const temporary = `${path}.${newId('tmp')}`
  try {
    await writeKey(temporary, `# public key: ${await identityToRecipient(identity)}\n${identity}\n`)
    await link(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw diskFault(error, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeKey(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

/** age has no associated data, so the place is part of what is encrypted, and compared after decryption. */
function bound({ environment, name, version }: SecretBinding): SecretBinding {
  return { environment, name, version }
}

type Envelope = SecretBinding & { readonly value: string }

async function unseal(text: string, identity: string, binding: SecretBinding): Promise<Envelope> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  try {
    return JSON.parse(await decrypter.decrypt(armor.decode(text), 'text'))
  } catch (error) {
    throw new Fault('secret.unreadable', { details: { ...bound(binding) }, cause: error })
  }
}

function valueFor(binding: SecretBinding, envelope: Envelope): string {
  const isSame =
    envelope.environment === binding.environment &&
    envelope.name === binding.name &&
    envelope.version === binding.version
  if (!isSame) throw new Fault('secret.misplaced', { details: { ...bound(binding), madeFor: bound(envelope) } })
  return envelope.value
}
