import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentDetailView, RunView, SurveyView } from '../../src/api/views.ts'
import { noPostgresWithDjango, startPostgres } from '../helpers/postgres.ts'
import { startServer } from '../helpers/server.ts'
import { type Project, project, visit } from './stage.ts'

/** A real Django project on SQLite and on PostgreSQL: pending, failing and slow migrations. */
const skip = await noPostgresWithDjango()

test('Django on SQLite and on PostgreSQL', { timeout: 170_000, skip }, async (t) => {
  await using postgres = await startPostgres()
  await postgres.sql('CREATE ROLE reader LOGIN')
  await postgres.sql('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader')
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const url = (user: string) => `postgres://${user}@127.0.0.1:${postgres.port}/postgres`
  const v1 = await built(shop, site('v1', { '0001_initial': initial }))
  await shop.sb(['env', 'set', 'lite', 'DATABASE_URL=data/shop.db', 'DATABASE_URL_READ_ONLY=data/shop.db'])
  await shop.sb(['env', 'set', 'pg', `DATABASE_URL=${url('postgres')}`, `DATABASE_URL_READ_ONLY=${url('reader')}`])
  const v2 = await built(shop, site('v2', { '0001_initial': initial, '0002_gift': gift }))
  const told = (await shop.sb(['runs', 'show', (await shop.sb(['runs', '--json'])).json<RunView[]>()[0]?.id ?? '']))
    .stdout
  assert.match(told, /this change touches migrations \(shop\/migrations\/0002_gift\.py\): the release before it/)
  const pending = async (place: string, version: string) =>
    (await shop.sb(['migrate', place, version, '--plan', '--json'], { wanted: 3 })).json<SurveyView>().pending

  for (const place of ['lite', 'pg'] as const) {
    await t.test(
      `${place}: each pending one is named, and nothing is deployed before they are applied (trap 1)`,
      async () => {
        const refused = (await shop.sb(['deploy', place, v1, '--json'], { wanted: 5 })).json<
          DeploymentDetailView[]
        >()[0]
        assert.match(refused?.because ?? '', /contenttypes\.0001_initial.*shop\.0001_initial/)
        await shop.sb(['migrate', place, v1, '--destructive'])
        await shop.sb(['deploy', place, v1])
        assert.equal(await visit(server, `${place}.test`, '/index.html'), 'v1')
      },
    )

    await t.test(
      `${place}: what is pending is classified as PostgreSQL reads it, and unsafe where it does not`,
      async () => {
        const [found] = (await pending(place, v2)) ?? []
        // SQLite adds a column by making the table anew.
        assert.deepEqual([found?.name, found?.class], ['shop.0002_gift', place === 'pg' ? 'expand' : 'unknown'])
        await shop.sb(['migrate', place, v2, '--destructive'])
      },
    )
  }

  await t.test('looking used the account that may only read', async () => {
    await postgres.sql('REVOKE SELECT ON django_migrations FROM reader')
    const asked = await shop.sb(['migrate', 'pg', v2, '--plan', '--json'], { wanted: 6 })
    assert.match(asked.json<SurveyView>().problem ?? '', /permission denied for table django_migrations/)
    await postgres.sql('GRANT SELECT ON django_migrations TO reader')
  })

  await t.test(
    'a migration that fails, and one that takes longer than its limit, are told with their output',
    async () => {
      const bad = await built(
        shop,
        site('v3', {
          '0001_initial': initial,
          '0002_gift': gift,
          '0003_bad': python('raise ValueError("no such gift")'),
        }),
      )
      const slow = await built(
        shop,
        site('v4', { '0001_initial': initial, '0002_gift': gift, '0003_slow': python('import time; time.sleep(60)') }),
      )
      for (const place of ['lite', 'pg']) {
        assert.deepEqual(
          (await pending(place, bad))?.map((each) => each.class),
          ['unknown'],
        )
        const failed = (await shop.sb(['migrate', place, bad, '--destructive', '--json'], { wanted: 1 })).json<
          DeploymentDetailView[]
        >()[0]
        assert.match(failed?.because ?? '', /ended with exit code 1/)
        assert.match((await shop.sb(['logs', `${failed?.id}-migrate`])).stdout, /ValueError: no such gift/)
        const late = (await shop.sb(['migrate', place, slow, '--destructive', '--json'], { wanted: 1 })).json<
          DeploymentDetailView[]
        >()[0]
        assert.match(late?.because ?? '', /took longer than 4s/)
        assert.equal(await visit(server, `${place}.test`, '/index.html'), 'v1')
      }
    },
  )
})

/** Ships it and gives the version of its release. */
async function built(shop: Project, files: Readonly<Record<string, string | null>>): Promise<string> {
  const commit = await shop.ship({ 'shop/migrations/0003_bad.py': null, ...files })
  assert.equal((await shop.run(commit)).outcome, 'succeeded')
  return commit.slice(0, 7)
}

const initial = `from django.db import migrations, models
class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), ('title', models.CharField(max_length=50))])]
`
const gift = `from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [('shop', '0001_initial')]
    operations = [migrations.AddField('order', 'gift', models.BooleanField(null=True))]
`
const python = (statement: string) => `from django.db import migrations
def work(apps, schema):
    ${statement}
class Migration(migrations.Migration):
    dependencies = [('shop', '0002_gift')]
    operations = [migrations.RunPython(work)]
`

function site(version: string, migrations: Readonly<Record<string, string>>): Record<string, string> {
  const files = Object.entries(migrations).map(([name, text]) => [`shop/migrations/${name}.py`, text] as const)
  return {
    ...Object.fromEntries(files),
    'index.html': version,
    'shop/__init__.py': '',
    'shop/models.py': '',
    'shop/migrations/__init__.py': '',
    'settings.py': settings,
    'manage.py': `import os, sys
os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`,
    'signalbox.yml': configuration,
  }
}

const settings = `import os
from urllib.parse import urlparse
url = os.environ['DATABASE_URL']
parts = urlparse(url)
if parts.scheme == 'postgres':
    own = {'ENGINE': 'django.db.backends.postgresql', 'NAME': parts.path[1:], 'USER': parts.username, 'HOST': parts.hostname, 'PORT': parts.port}
else:
    own = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': url}
DATABASES = {'default': own}
SECRET_KEY = 'x'
INSTALLED_APPS = ['django.contrib.contenttypes', 'shop']
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
`

const configuration = `project: shop
app:
  shared: [data]
  migrations:
    adapter: django
    command: /usr/bin/python3 manage.py migrate --noinput
    variables: [DATABASE_URL_READ_ONLY]
    pending_variables: { DATABASE_URL: DATABASE_URL_READ_ONLY }
    timeout: 4s
  processes:
    web:
      command: /usr/bin/python3 -m http.server $PORT --bind 127.0.0.1
      health: { http: /index.html, start_period: 10s, interval: 1s }
      stop: { signal: SIGINT, grace: 3s, drain: 3s }
environments:
  lite: { hosts: lite.test, policies: { migrations: forbid_pending } }
  pg: { hosts: pg.test, policies: { migrations: forbid_pending } }
`
