import type { DriverOption, DriverOptions } from '../../domain/driver-options.ts'
import type { Finding } from '../issues.ts'
import { nearest } from '../near-miss.ts'
import type { Path } from '../place.ts'
import { describe, oneOf, quoted } from '../problem.ts'
import { environmentsIn, type Rule, wrong, wrongKey } from './rule.ts'

/** Kinds of targets Signalbox is made for. One that this version has no driver for may be written down all the same. */
export const knownDrivers: readonly string[] = [
  'local',
  'ssh',
  'ansible',
  'swarm',
  'ecs',
  'beanstalk',
  'nomad',
  'kubernetes',
]

/** Of those, the ones that make instances from images. */
const imageDrivers: readonly string[] = ['swarm', 'ecs', 'beanstalk', 'nomad', 'kubernetes']

/** X15: files in an image are of use where there is one. */
export const filesInImage: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, path }) => {
    const { target, policies } = environment
    if (policies.static !== 'image' || imageDrivers.includes(target.driver)) return []
    const found = `"image" on a target that has no images (${target.driver})`
    return [wrong([...path, 'policies', 'static'], found, 'release_dir, or shared_dir where file names are hashed')]
  })

/** X7: a release is an image only where instances are made from one. Only what the file says; an app that is an image is told apart. */
export const imageIsRunnable: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, path }) => {
    const { driver } = environment.target
    if (entry.policies.artifact !== 'image' || imageDrivers.includes(driver)) return []
    const found = `"image" on a target that has no images (${driver})`
    return [wrong([...path, 'policies', 'artifact'], found, 'source_release')]
  })

export const knownDriver: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, path }) => {
    const names = [...new Set([...Object.keys(context.drivers), ...knownDrivers])]
    const { driver } = environment.target
    if (names.includes(driver)) return []
    const at = typeof entry.target === 'string' ? [...path, 'target'] : [...path, 'target', 'driver']
    return [{ ...wrong(at, `unknown target ${quoted(driver)}`, oneOf(names)), suggestion: nearest(driver, names) }]
  })

/** A warning: the file is right, this version is not the one for it. */
export const driverAtHand: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, path }) => {
    const { driver } = environment.target
    if (Object.hasOwn(context.drivers, driver) || !knownDrivers.includes(driver)) return []
    return [wrong([...path, 'target'], `this version cannot deploy to ${driver}`, null)]
  })

export const driverOptions: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, path }) => {
    const options = Object.hasOwn(context.drivers, environment.target.driver)
      ? context.drivers[environment.target.driver]
      : undefined
    if (options === undefined) return []
    const given = environment.target.options
    const at = [...path, 'target']
    return [
      ...Object.keys(given).flatMap((name) =>
        Object.hasOwn(options, name) ? [] : [unknownOption([...at, name], options)],
      ),
      ...Object.entries(options).flatMap(([name, option]) => optionFindings([...at, name], given[name], option)),
    ]
  })

/** A port, a folder: what only one environment can have. */
export const optionsOnce: Rule = (context) => {
  const owner = new Map<string, string>()
  return environmentsIn(context).flatMap(({ environment, path }) => {
    const { driver, options } = environment.target
    const known = Object.hasOwn(context.drivers, driver) ? (context.drivers[driver] ?? {}) : {}
    return Object.entries(options).flatMap(([name, value]) => {
      if (!Object.hasOwn(known, name) || known[name]?.unique !== true) return []
      const label = JSON.stringify([driver, name, value])
      const other = owner.get(label)
      owner.set(label, other ?? environment.name)
      if (other === undefined) return []
      return [wrong([...path, 'target', name], `${describe(value)} a second time (${other})`, `another ${name}`)]
    })
  })
}

function unknownOption(path: Path, options: DriverOptions): Finding {
  const name = String(path.at(-1))
  const names = ['driver', ...Object.keys(options)]
  return { ...wrongKey(path, `unknown key ${quoted(name)}`, oneOf(names)), suggestion: nearest(name, names) }
}

function optionFindings(path: Path, value: unknown, option: DriverOption): readonly Finding[] {
  if (value === undefined) return option.required ? [wrong(path, 'missing', phraseOf(option))] : []
  return isGood(value, option) ? [] : [wrong(path, describe(value), phraseOf(option))]
}

function isGood(value: unknown, option: DriverOption): boolean {
  if (option.type === 'boolean') return typeof value === 'boolean'
  if (option.type === 'strings') return Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (option.type === 'string') {
    return typeof value === 'string' && value !== '' && (option.oneOf?.includes(value) ?? true)
  }
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = option
  return typeof value === 'number' && Number.isSafeInteger(value) && min <= value && value <= max
}

function phraseOf(option: DriverOption): string {
  if (option.type === 'boolean') return 'true or false'
  if (option.type === 'strings') return 'a list of texts'
  if (option.type === 'string') return option.oneOf === undefined ? 'a text' : oneOf(option.oneOf)
  const limits = [
    ...(option.min === undefined ? [] : [`from ${option.min}`]),
    ...(option.max === undefined ? [] : [`to ${option.max}`]),
  ]
  return ['a whole number', ...limits].join(' ')
}
