import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

/** What can be different from what an honest browser and authenticator do. */
export interface Strange {
  readonly origin?: string
  readonly rpId?: string
  /** Nobody was asked for a finger or a PIN. */
  readonly isUnverified?: boolean
  /** As a copy of the key does that was made earlier. */
  readonly counter?: number
  /** Signs with a key that is not the one it showed. */
  readonly isForged?: boolean
  readonly userHandle?: string
}

/** A passkey as a device keeps it: ES256, attestation `none`, found without a name. */
export class Authenticator {
  readonly id = randomBytes(32)
  readonly #origin: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #userHandle = ''
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  make(options: PublicKeyCredentialCreationOptionsJSON, strange: Strange = {}): RegistrationResponseJSON {
    this.#userHandle = options.user.id
    const credential = Buffer.concat([Buffer.alloc(16), uint16(this.id.length), this.id, coseKey(this.#keys.publicKey)])
    const authData = this.#authData(strange.rpId ?? options.rp.id ?? '', 0x40, strange, credential)
    const attestation = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(authData)],
    ])
    return {
      ...this.#named(),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, strange).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
      },
    }
  }

  show(options: PublicKeyCredentialRequestOptionsJSON, strange: Strange = {}): AuthenticationResponseJSON {
    this.#counter += 1
    const clientData = this.#clientData('webauthn.get', options.challenge, strange)
    const authData = this.#authData(strange.rpId ?? options.rpId ?? '', 0, strange)
    const key = strange.isForged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : this.#keys.privateKey
    return {
      ...this.#named(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', Buffer.concat([authData, sha256(clientData)]), key).toString('base64url'),
        userHandle: strange.userHandle ?? this.#userHandle,
      },
    }
  }

  #named() {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Strange): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }

  #authData(rpId: string, flags: number, strange: Strange, rest: Buffer = Buffer.alloc(0)): Buffer {
    const present = 0x01
    const verified = strange.isUnverified ? 0 : 0x04
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(strange.counter ?? this.#counter)
    return Buffer.concat([sha256(rpId), Buffer.from([flags | present | verified]), counter, rest])
  }
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

/** A public key as WebAuthn has it: https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const coordinate = (text: string) => cborBytes(Buffer.from(text, 'base64url'))
  return cborMap([
    [cborInteger(1), cborInteger(2)],
    [cborInteger(3), cborInteger(-7)],
    [cborInteger(-1), cborInteger(1)],
    [cborInteger(-2), coordinate(x)],
    [cborInteger(-3), coordinate(y)],
  ])
}

function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(value)])
}

const cborInteger = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value))
const cborBytes = (bytes: Buffer) => Buffer.concat([cborHead(2, bytes.length), bytes])
const cborText = (text: string) => Buffer.concat([cborHead(3, text.length), Buffer.from(text)])
const cborMap = (pairs: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([cborHead(5, pairs.length), ...pairs.flat()])

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
