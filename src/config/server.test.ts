import assert from 'node:assert/strict'
import test from 'node:test'
import { readServerConfig, type ServerInput, serverSettings, showSettingProblem } from './server.ts'

const read = (input: Partial<ServerInput>) => readServerConfig({ flags: {}, env: {}, cores: 4, ...input })
const bad = (input: Partial<ServerInput>) => read(input).problems.map(showSettingProblem)

test('without a word, a server runs on this machine alone', () => {
  assert.deepEqual(read({}).config, {
    dataDirectory: '/var/lib/signalbox',
    listen: { host: '127.0.0.1', port: 8700 },
    edgeListen: { host: '127.0.0.1', port: 8080 },
    publicUrl: null,
    jobs: 4,
    edges: 2,
    keyFile: null,
    toolPath: [],
    lookEveryMs: 30_000,
    noticeNetworks: [],
    noticeCommands: null,
    smtp: null,
    smtpFrom: null,
    smtpUser: null,
    smtpPasswordFile: null,
    providersFile: null,
    smtpSecurity: 'starttls',
    backups: null,
    backupEveryMs: 86_400_000,
    keepBackups: 7,
    backupLogs: 'yes',
    gridIntensity: 472,
    cpuWatts: null,
  })
})

test('backups are taken as often as is said, or never by themselves', () => {
  const every = (text: string) => read({ flags: { 'backup-every': text } }).config?.backupEveryMs
  assert.deepEqual([every('6h'), every('never'), every('1m')], [21_600_000, Number.POSITIVE_INFINITY, 60_000])
  assert.deepEqual(
    bad({ flags: { 'backup-every': '59s', 'keep-backups': '0', 'backup-logs': 'maybe', backups: '/' } }),
    [
      '--backups: "/"; expected a path other than "/"',
      '--keep-backups: "0"; expected a whole number from 1 to 10000',
      '--backup-every: "59s"; expected a duration such as 6h, of a minute or more, or never',
      '--backup-logs: "maybe"; expected yes or no',
    ],
  )
})

test('who knows their grid and their machine says so', () => {
  const { config } = read({ flags: { 'cpu-watts': '0.8:4.5' }, env: { SIGNALBOX_GRID_INTENSITY: '56' } })
  assert.deepEqual([config?.cpuWatts, config?.gridIntensity], [{ idle: 0.8, busy: 4.5 }, 56])
  const expected = 'IDLE:BUSY, such as 0.8:4.5, the second the larger'
  for (const watts of ['4.5', '4.5:0.8', '0:0', 'a:b', '1:2:3'])
    assert.deepEqual(bad({ flags: { 'cpu-watts': watts } }), [`--cpu-watts: "${watts}"; expected ${expected}`])
  assert.deepEqual(bad({ flags: { 'grid-intensity': '-1' } }), [
    '--grid-intensity: "-1"; expected a whole number from 0 to 5000',
  ])
})

test('how notices leave the server is a matter of its settings', () => {
  const { config } = read({
    flags: { 'notice-networks': '10.0.0.0/8, fd00::/8', 'notice-commands': '/etc/notices', smtp: 'mail:587' },
    env: { SIGNALBOX_SMTP_FROM: 'Box <box@example.org>', SIGNALBOX_SMTP_SECURITY: 'none' },
  })
  assert.deepEqual([config?.noticeNetworks, config?.noticeCommands], [['10.0.0.0/8', 'fd00::/8'], '/etc/notices'])
  assert.deepEqual([config?.smtp, config?.smtpFrom], [{ host: 'mail', port: 587 }, 'Box <box@example.org>'])
  const flags = { smtp: 'mail:25', 'smtp-user': 'box', 'notice-networks': '10.0.0.0/33', 'notice-commands': 'notices' }
  assert.deepEqual(bad({ flags: { ...flags, 'smtp-security': 'ssl' } }), [
    '--notice-networks: "10.0.0.0/33"; expected networks such as 10.0.0.0/8 or fd00::/8, with "," between',
    '--notice-commands: "notices"; expected an absolute path',
    '--smtp-security: "ssl"; expected starttls, tls or none',
    '--smtp: no --smtp-from; expected both, or neither',
    '--smtp-user: no --smtp-password-file; expected both, or neither',
  ])
})

test('a flag goes before its variable, and an empty variable is none', () => {
  const { config } = read({
    flags: { data: '/srv/a', listen: '[::1]:0', jobs: '3' },
    env: {
      SIGNALBOX_DATA: '/srv/b',
      SIGNALBOX_EDGES: '1',
      SIGNALBOX_JOBS: '',
      SIGNALBOX_KEY_FILE: '/etc/key',
      SIGNALBOX_TOOL_PATH: '/opt/a/bin:/opt/b/bin',
      PATH: '/bin',
    },
  })
  assert.equal(config?.dataDirectory, '/srv/a')
  assert.deepEqual(config.listen, { host: '::1', port: 0 })
  assert.equal(config.jobs, 3)
  assert.equal(config.edges, 1)
  assert.equal(config.keyFile, '/etc/key')
  assert.deepEqual(config.toolPath, ['/opt/a/bin', '/opt/b/bin'])
})

test('every wrong value is told at once, with the name it was given by', () => {
  assert.deepEqual(
    bad({
      flags: {
        listen: '8700',
        jobs: '0',
        data: '/',
        'look-every': '1ms',
        'public-url': 'https://a.example.org/deploy',
      },
      env: { SIGNALBOX_EDGE_LISTEN: 'localhost:99999', SIGNALBOX_EDGES: 'two' },
    }),
    [
      '--data: "/"; expected a path other than "/"',
      '--listen: "8700"; expected HOST:PORT, such as 127.0.0.1:8700 or [::1]:8700',
      'SIGNALBOX_EDGE_LISTEN: "localhost:99999"; expected HOST:PORT, such as 127.0.0.1:8700 or [::1]:8700',
      '--public-url: "https://a.example.org/deploy"; expected a URL without a path, a query or a password',
      '--jobs: "0"; expected a whole number from 1 to 256',
      'SIGNALBOX_EDGES: "two"; expected a whole number from 1 to 64',
      '--look-every: "1ms"; expected a second or more',
    ],
  )
})

test('contradictions are refused', () => {
  const taken = ['--edge-listen: port 80, which --listen takes already; expected another port, or another address']
  assert.deepEqual(bad({ flags: { listen: '127.0.0.1:80', 'edge-listen': '127.0.0.1:80' } }), taken)
  assert.deepEqual(bad({ flags: { listen: '127.0.0.1:80', 'edge-listen': '0.0.0.0:80' } }), taken)
  assert.deepEqual(bad({ flags: { listen: '127.0.0.1:80', 'edge-listen': '127.0.0.2:80' } }), [])
  assert.deepEqual(bad({ flags: { listen: '127.0.0.1:0', 'edge-listen': '127.0.0.1:0' } }), [])
})

test('a mistyped variable is not passed over', () => {
  assert.deepEqual(bad({ env: { SIGNALBOX_LISEN: '0.0.0.0:1', SIGNALBOX_TOKEN: 'x' } }), [
    'SIGNALBOX_LISEN: an unknown variable; expected "SIGNALBOX_LISTEN"',
  ])
})

test('the example of each setting is valid, and its default too', () => {
  for (const { schema, example, default: preset } of Object.values(serverSettings)) {
    assert.ok(schema.safeParse(example).success, example)
    if (preset !== null) assert.ok(schema.safeParse(preset).success, preset)
  }
})
