import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Fault } from '../lib/fault.ts'

/** Everything that is not an ordinary address of the Internet: this machine, the house, the provider, reserved. */
const special = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23'],
  ...['2001:db8::/32', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
])

/** Whether requests that people configure may go to an address: public ones, and those of networks named by the server. */
export type Reachable = (address: string) => boolean

export function reachable(allowed: readonly string[]): Reachable {
  const exceptions = blockList(allowed)
  return (address) => {
    const { plain, family } = unmapped(address)
    return exceptions.check(plain, family) || !special.check(plain, family)
  }
}

/**
 * Looks names up like the system does, and gives only addresses that may be reached. It is asked at the moment of the
 * connection, so a name that points elsewhere a moment later does not get through. Fault `notice.private_address`.
 */
export function guardedLookup(isReachable: Reachable): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const good = found.filter(({ address }) => isReachable(address))
      if (good.length === 0) return callback(notReachable(hostname, found[0]?.address ?? hostname), [])
      if (options.all) return callback(null, good)
      callback(null, good[0]?.address ?? '', good[0]?.family)
    })
  }
}

/** An address that is written out is never looked up. */
export function mustBeReachable(hostname: string, isReachable: Reachable): void {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && !isReachable(address)) throw notReachable(hostname, address)
}

function notReachable(host: string, address: string): Fault {
  return new Fault('notice.private_address', { details: { host, address } })
}

/** `::ffff:10.0.0.1` is 10.0.0.1, also when it is written in hexadecimal. */
function unmapped(address: string): { readonly plain: string; readonly family: 'ipv4' | 'ipv6' } {
  if (isIP(address) === 4) return { plain: address, family: 'ipv4' }
  const last = /^::ffff:([0-9a-f.:]+)$/i.exec(address)?.[1] ?? ''
  if (isIP(last) === 4) return { plain: last, family: 'ipv4' }
  const [, high, low] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(last) ?? []
  if (high === undefined || low === undefined) return { plain: address, family: 'ipv6' }
  const bytes = [high, low].flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff])
  return { plain: bytes.join('.'), family: 'ipv4' }
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
