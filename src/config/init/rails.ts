import { blank, type Draft } from './draft.ts'
import { type Files, has, read } from './files.ts'

/** A Rails application: a Gemfile with rails and a config.ru. */
export function detectRails(files: Files): Draft | null {
  const gemfile = read(files, 'Gemfile')
  if (!/^\s*gem\s+['"]rails['"]/m.test(gemfile) || !has(files, 'config.ru')) return null
  const install = 'bundle config set --local path vendor/bundle && bundle install'
  const hasAssets = has(files, 'app/assets/config/manifest.js') || /sprockets|propshaft/.test(gemfile)
  const isWell = /rails\/health#show/.test(read(files, 'config/routes.rb'))
  const isSqlite = /sqlite3/.test(read(files, 'config/database.yml'))
  return {
    ...blank,
    test: [install, 'RAILS_ENV=test bin/rails db:test:prepare test'],
    build: [
      install,
      ...(hasAssets ? ['RAILS_ENV=production SECRET_KEY_BASE_DUMMY=1 bin/rails assets:precompile'] : []),
    ],
    processes: {
      web: { command: 'bundle exec puma -b tcp://127.0.0.1:$PORT config.ru', ...(isWell ? { health: '/up' } : {}) },
    },
    static: hasAssets ? [{ url: '/assets', directory: 'public/assets' }] : [],
    shared: ['storage'],
    migrations: 'rails',
    variables: {
      RAILS_ENV: { default: 'production' },
      ...(has(files, 'config/credentials.yml.enc') ? { RAILS_MASTER_KEY: 'secret' } : { SECRET_KEY_BASE: 'secret' }),
    },
    guesses: [
      'Found a Gemfile with rails: a Rails app, served by puma; gems are installed into vendor/bundle, which becomes part of the release.',
      isWell
        ? 'Rails answers /up when it is well.'
        : 'There is no /up in config/routes.rb, so any answer of the front page counts as well.',
      'The host names of the environments have to be in config.hosts, and config.assume_ssl or force_ssl have to fit the edge.',
      ...(isSqlite ? ['SQLite databases lie in storage, which all releases of an environment share.'] : []),
    ],
    comments: { migrations: 'Run once per deployment, in the new release, before it takes over.' },
  }
}
