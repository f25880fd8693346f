/** One line of the catalogue. `{name}` places are filled from the fault's details. */
export interface FaultEntry {
  readonly sentence: string
  readonly hint: string
  /** True when the same call may succeed if it is simply made again later. */
  readonly temporary?: true
}

/** Every error a person can meet. Code = `area.what`; keep the areas and the codes within them in alphabetical order. */
const catalogue = {
  'account.exists': {
    sentence: 'There is an account {name} already, or was',
    hint: 'Choose another name: each one stands for one person or service in the record, for good.',
  },
  'account.is_service': {
    sentence: '{name} is a service account: nobody signs in as it',
    hint: 'Make it a token with `signalbox tokens create NAME --account {name}`.',
  },
  'account.last_admin': {
    sentence: '{name} is the last one who may administer this server',
    hint: 'Make somebody else an admin first.',
  },
  'account.no_such_grant': {
    sentence: '{name} does not have the role {role} {where}',
    hint: 'See what they have with `signalbox accounts show {name}`.',
  },
  'account.unknown': {
    sentence: 'There is no account {name}',
    hint: 'List them with `signalbox accounts`.',
  },
  'alias.invalid_name': {
    sentence: 'A release cannot be called {name}',
    hint: 'Use up to 100 letters, digits, dots, hyphens and underscores, and nothing that looks like a commit.',
  },
  'alias.of_publication': {
    sentence: '{name} is the name of a published release, and stays it',
    hint: 'Only names given with `signalbox releases alias` can be taken away.',
  },
  'alias.taken': {
    sentence: '{name} stands for the release {version} already',
    hint: 'Choose another name, or take this one away with `signalbox releases alias --remove`.',
  },
  'app.ambiguous': {
    sentence: '{name} is of several apps: {apps}',
    hint: 'Name one with --app, or in the address of a page with ?app=.',
  },
  'app.unknown': {
    sentence: 'There is no app {app} in {project}',
    hint: 'Its apps: {known}.',
  },
  'approval.commit_moved': {
    sentence: '{run} is of the commit {commit}, not of the one you looked at',
    hint: 'Look at that commit and approve it by its full name.',
  },
  'approval.given': {
    sentence: '{by} has said yes to {deployment} as it is; others are still asked, at least {missing}',
    hint: 'Its plan names whose yes counts.',
  },
  'approval.none_given': {
    sentence: 'Nothing was said, as not all of it can be: {problems}',
    hint: 'Look at these again with `signalbox plan`, and name the others without them or all with what they say now.',
  },
  'approval.not_allowed': {
    sentence: '{by} may not approve {deployment}: {problem}',
    hint: 'Ask one of the approvers named in the configuration.',
  },
  'approval.not_ready': {
    sentence: 'It is still looked for the migrations that {deployment} brings, and the plan is to show them',
    hint: 'Look at it again with `signalbox plan` in a moment, and approve what it says then.',
  },
  'approval.not_waiting': {
    sentence: '{deployment} does not wait for approval; it is {state}',
    hint: 'See `signalbox status`.',
  },
  'approval.plan_moved': {
    sentence: 'The plan of {deployment} is not the one you looked at: {moved}',
    hint: 'Look at it again with `signalbox plan` and approve what it says now.',
  },
  'artifact.damaged': {
    sentence: 'The archive {digest} does not have the checksum it is named by',
    hint: 'Choose another release, or push a new commit to have it built anew; the damaged archive is never used.',
  },
  'artifact.missing': {
    sentence: 'The archive {digest} is not there',
    hint: 'Choose another release, or push a new commit to have it built anew.',
  },
  'backup.failed': {
    sentence: 'The backup before the migration of {deployment} {problem}',
    hint: 'Its output: `signalbox logs {deployment}-backup`. The migration was not begun.',
  },
  'branch.taken': {
    sentence: 'There is a branch {branch} already, and its {path} is another one',
    hint: 'Merge it or delete it, and try again.',
  },
  'channel.not_ready': {
    sentence: 'The channel {channel} cannot be used on this server: {problem}',
    hint: 'Whoever runs the server sets it up with {flag}; until then it is tried again.',
    temporary: true,
  },
  'command.input_needed': {
    sentence: '{what} is needed, and without a terminal nobody can be asked',
    hint: 'Give it with {flag}.',
  },
  'command.invalid': {
    sentence: '{problem}',
    hint: 'See `{command} --help`.',
  },
  'commit.malformed': {
    sentence: '{sha} is not the full name of a commit',
    hint: 'Give all 40 digits; `git rev-parse` prints them.',
  },
  'commit.missing': {
    sentence: 'There is no commit {sha} in {project}',
    hint: 'It may have been taken away by a force-push; push it again.',
  },
  'commit.unknown': {
    sentence: '{name} is neither a commit nor a branch or tag of {project}',
    hint: 'Give at least 7 digits of a commit that was pushed, or the name of a branch or tag.',
  },
  'config.invalid': {
    sentence: 'The settings are not valid: {problems}',
    hint: 'Correct the flag or the variable; `signalbox server --help` lists them.',
  },
  'config.unreadable': {
    sentence: '{path} cannot be read at {sha}: {problem}',
    hint: 'Make it an ordinary text file in the repository.',
  },
  'console.closed': {
    sentence: 'The console {oneOff} is not open: {state}',
    hint: '`signalbox console` opens a new one; `signalbox logs` with its id shows what stood on its screen.',
  },
  'console.impossible': {
    sentence: 'The target {target} of {environment} cannot give a terminal',
    hint: 'Run single commands there with `signalbox run`.',
  },
  'console.needs_terminal': {
    sentence: 'A console needs somebody at a terminal, and {problem}',
    hint: 'Use `signalbox run`, which needs none.',
  },
  'console.not_yours': {
    sentence: 'The console {oneOff} was opened by {owner}, and is for nobody else',
    hint: 'Open one of your own with `signalbox console`.',
  },
  'data.invalid': {
    sentence: 'The data directory {path} cannot be used: {problem}',
    hint: 'Choose another with --data, or correct its path and permissions.',
  },
  'demo.no_server': {
    sentence: 'The server of the demo did not come up: {problem}',
    hint: 'Its own words are above; is git installed, and is there space in the temporary directory?',
  },
  'demo.stuck': {
    sentence: 'The demo waited in vain for {waitedFor}',
    hint: 'Look at what the story said last; `--verbose` shows more.',
  },
  'deployment.ended': {
    sentence: '{deployment} has ended already: {state}',
    hint: 'See `signalbox status`.',
  },
  'deployment.not_as_planned': {
    sentence: 'What runs is not what the deployment asked for: {problem}',
    hint: 'Signalbox looks again before it decides; see `signalbox status`.',
    temporary: true,
  },
  'deployment.not_cancellable': {
    sentence: '{deployment} cannot be cancelled: {problem}',
    hint: 'Wait for its end, or deploy another release after it.',
  },
  'deployment.not_retryable': {
    sentence: '{deployment} cannot be tried again: {problem}',
    hint: '`signalbox deployments show {deployment}` tells how it ended.',
  },
  'deployment.unclear': {
    sentence: 'It is not clear which deployment is meant: {problem}',
    hint: 'See `signalbox status`.',
  },
  'deployment.unknown': {
    sentence: 'There is no deployment {deployment}',
    hint: 'List them with `signalbox deployments list`.',
  },
  'disk.full': {
    sentence: 'The disk is full: {path} could not be written',
    hint: 'Free space on that file system; nothing that was stored before is damaged, and work goes on when there is space.',
    temporary: true,
  },
  'draft.none': {
    sentence: '{app} keeps no draft of its next release',
    hint: 'Give it `draft_release` in signalbox.yml.',
  },
  'edge.address_taken': {
    sentence: 'The edge cannot listen on {address}: {problem}',
    hint: 'Find the program that holds the port, or choose another one.',
  },
  'edge.host_taken': {
    sentence: 'The host {host} already belongs to {owner}, so {track} cannot have it',
    hint: 'Take it off the other environment first; a host leads to one place only.',
  },
  'edge.port_taken': {
    sentence: 'The port {port} already belongs to {owner}, so {track} cannot have it',
    hint: 'Choose another port for one of the two.',
  },
  'edge.running': {
    sentence: 'Another edge worker answers on {socket}',
    hint: 'Stop it first, or give this one a socket of its own.',
  },
  'edge.still_routed': {
    sentence: 'The instance {instance} is in the routing, so it cannot be drained',
    hint: 'Route without it first.',
  },
  'edge.unreachable': {
    sentence: 'The edge worker on {socket} does not answer: {problem}',
    hint: 'The host starts it again by itself; look at its log if it stays away.',
    temporary: true,
  },
  'environment.same': {
    sentence: '{environment} is where it is live: a promotion goes from one environment to another',
    hint: 'Name another one after {environment}; `signalbox redeploy {environment}` sends what is live there once more.',
  },
  'environment.unknown': {
    sentence: 'There is no environment {environment} in {project}',
    hint: 'Its environments: {known}.',
  },
  'file.exists': {
    sentence: '{path} is there already',
    hint: 'Use --force to replace it.',
  },
  'file.missing': {
    sentence: 'There is no file {path}',
    hint: 'Check the path.',
  },
  'file.not_removed': {
    sentence: '{path} could not be removed: {problem}',
    hint: 'Remove it by hand; `lsattr` shows files that are marked as immutable.',
  },
  'file.too_large': {
    sentence: 'The file {path} is larger than {limitBytes} bytes',
    hint: 'Make it smaller; the limit protects the server.',
  },
  'file.unreadable': {
    sentence: '{path} cannot be read: {problem}',
    hint: 'Check the path and its permissions.',
  },
  'freeze.invalid': {
    sentence: 'That is no time to freeze an environment for: {problem}',
    hint: 'Give --for 2h, or --until with a time to come; --from says when it begins, otherwise at once.',
  },
  'freeze.unknown': {
    sentence: '{environment} has no freeze {freeze}; there are: {known}',
    hint: '`signalbox freeze list ENVIRONMENT` lists them; those of signalbox.yml are changed there.',
  },
  'git.busy': {
    sentence: 'Too many others push or fetch {key} right now',
    hint: 'Try again in a moment.',
    temporary: true,
  },
  'git.failed': {
    sentence: 'git ended without an answer for {project}',
    hint: "The server's log has what git printed; check the repository with `git fsck`.",
  },
  'git.not_now': {
    sentence: 'The repository of {project} does not answer: {problem}',
    hint: 'It is tried again by itself.',
    temporary: true,
  },
  'git.too_old': {
    sentence: 'This machine has {found}; at least git {needed} is needed',
    hint: 'Install a newer git.',
  },
  'host.held': {
    sentence: 'Another host (process {pid}) already runs this machine from {dir}',
    hint: 'Nothing needs to be done: the other one does the work.',
  },
  'host.open_directory': {
    sentence: 'The directory {dir} of the host is open to others (mode {mode})',
    hint: 'It holds secrets of the apps. Close it with `chmod 700 {dir}` and find out who opened it.',
  },
  'identity.not_yours': {
    sentence: 'You have no identity {identity}',
    hint: 'List them with `signalbox identities`.',
  },
  'identity.taken': {
    sentence: 'Whoever you are there is linked to another account here',
    hint: 'Sign in with that account and unlink them first, or take another account there.',
  },
  'identity.unknown': {
    sentence: 'Whoever you are there is linked to no account here',
    hint: 'Sign in another way and link them at /me/identities, or ask an admin for a link: `signalbox accounts invite NAME`.',
  },
  'instance.flapping': {
    sentence: 'Instances of {version} failed {count} times in this rollout ({limit} are too many): {instances}',
    hint: 'Look at their last lines with `signalbox logs ENVIRONMENT`; `policies.breaker.failures` says how many are too many.',
  },
  'instance.not_reloaded': {
    sentence: '{instance} did not take up {version}: {problem}',
    hint: 'A process that goes on has to change into its folder anew when it hears the signal; see docs/guides/strategies.md, or choose another strategy.',
  },
  'instance.unhealthy': {
    sentence: 'The instance {instance} did not become healthy: {problem}',
    hint: 'Look at its last lines with `signalbox logs ENVIRONMENT`; check the health path, the port and the start period.',
  },
  'instance.unknown': {
    sentence: 'There is no instance {instance}; what runs is: {known}',
    hint: '`signalbox status` lists the instances of an environment.',
  },
  'internal.bug': {
    sentence: 'Signalbox itself made a mistake: {what}',
    hint: 'Please report it with the server log around this time.',
  },
  'invitation.invalid': {
    sentence: 'This link was used already, is too old, or is not whole',
    hint: 'Ask an admin for a new one: `signalbox accounts invite NAME`.',
  },
  'job.unknown': {
    sentence: 'There is no job {job} in {run}',
    hint: 'Its jobs: {known}.',
  },
  'login.damaged': {
    sentence: 'The file {path} with your logins cannot be read',
    hint: 'Remove it and log in again with `signalbox login URL`.',
  },
  'login.missing': {
    sentence: 'No server is known yet',
    hint: 'Log in with `signalbox login URL`, or set SIGNALBOX_URL and SIGNALBOX_TOKEN.',
  },
  'login.no_home': {
    sentence: 'There is no place to keep logins: neither HOME nor XDG_CONFIG_HOME is set',
    hint: 'Set one of them, or SIGNALBOX_URL and SIGNALBOX_TOKEN.',
  },
  'login.no_token': {
    sentence: 'There is no token for {url}',
    hint: 'Log in with `signalbox login {url}`, or set SIGNALBOX_TOKEN.',
  },
  'login.token_invalid': {
    sentence: 'What {from} holds is not a token',
    hint: 'Copy the token again, whole and alone on its line.',
  },
  'login.url_invalid': {
    sentence: '{url} is not the address of a server: {problem}',
    hint: 'Give it like https://deploy.example.org or http://127.0.0.1:8700.',
  },
  'migration.cannot_be_asked': {
    sentence: '{app} has no way to tell which migrations are pending',
    hint: 'Name its framework in `migrations.adapter`, or give it a command in `migrations.pending`.',
  },
  'migration.failed': {
    sentence: 'The migration of {deployment} {problem}',
    hint: 'Its output: `signalbox logs {deployment}-migrate`. No visitor has seen the new release.',
  },
  'migration.failed_late': {
    sentence: 'The migration of {deployment} {problem}',
    hint: 'Its output: `signalbox logs {deployment}-migrate`.',
  },
  'migration.none': {
    sentence: '{app} has no migrations',
    hint: 'Its `migrations` in signalbox.yml say how its database follows the release.',
  },
  'migration.not_ticked': {
    sentence: 'Migrating the database of {environment} cannot be taken back, and nobody has ticked that it is meant',
    hint: '`signalbox migrate {environment} --plan` shows what is pending; add --destructive to run it. Nothing has been done.',
  },
  'migration.pending': {
    sentence: '{deployment} brings migrations that have not been applied: {problem}',
    hint: 'Apply them with `signalbox migrate {environment}`; the policy `migrations: forbid_pending` lets no deployment do it.',
  },
  'migration.unseen': {
    sentence: 'The policy `forbid_pending` wants to know which migrations {deployment} brings: {problem}',
    hint: 'Its output: `signalbox logs {deployment}-survey`. Nothing has been moved.',
  },
  'notice.no_secret': {
    sentence: 'The secret {name} is not set in {project}',
    hint: 'Set it with `signalbox secrets set {name}=…`; until then it is tried again.',
    temporary: true,
  },
  'notice.not_taken': {
    sentence: 'The receiver did not take it: {problem}',
    hint: 'Look there what is the matter; Signalbox tries again by itself, for three days.',
    temporary: true,
  },
  'notice.private_address': {
    sentence: '{host} is {address}, which is no public address',
    hint: 'Choose another one, or start the server with --notice-networks for the network it is in.',
  },
  'notice.refused': {
    sentence: 'It can never be delivered: {problem}',
    hint: 'Correct the entry under `notify` in signalbox.yml; `signalbox notices redeliver` tries it again.',
  },
  'notice.unknown': {
    sentence: 'There is no notice {delivery}',
    hint: '`signalbox notices` lists them.',
  },
  'notice.unknown_recipient': {
    sentence: 'There is no recipient {position} under notify in {project}',
    hint: '`signalbox notices channels` lists them, from 1.',
  },
  'one_off.ended': {
    sentence: 'The command {oneOff} has ended already: {outcome}',
    hint: 'There is nothing left to end. `signalbox logs` with its id shows what it printed.',
  },
  'one_off.lost': {
    sentence: 'How the command {name} ended is not known: {problem}',
    hint: 'It was cut off, for example by a reboot. Look at what it has done before it is run again.',
  },
  'one_off.no_dry_run': {
    sentence: 'The command {name} of {app} has no dry run',
    hint: 'Give it one with `dry_run` in signalbox.yml.',
  },
  'one_off.tick_missing': {
    sentence: 'The command {name} is destructive, and nobody has said that this is meant for {environment}',
    hint: 'Nothing was run. Say it with --destructive.',
  },
  'one_off.unknown': {
    sentence: 'There is no one-off command {oneOff}',
    hint: '`signalbox audit` lists those that were started.',
  },
  'one_off.unknown_name': {
    sentence: '{app} has no command with the name {name}; it has: {known}',
    hint: 'Commands have their names under `commands` and `schedules` in signalbox.yml.',
  },
  'passkey.exists': {
    sentence: 'This passkey is known here already',
    hint: 'Use it to sign in, or make another.',
  },
  'passkey.not_here': {
    sentence: 'No browser makes passkeys for {url}',
    hint: 'They take an https address with a name (or http://localhost): an admin gives the server one with `--public-url`.',
  },
  'passkey.refused': {
    sentence: 'This passkey is not known here, or was not shown as it has to be',
    hint: 'Try again; each try has five minutes, and the device has to ask for a finger, a face or a PIN. A password goes too.',
  },
  'passkey.too_many': {
    sentence: 'You have {most} passkeys, and nobody may have more',
    hint: 'Remove one that you use no more: `signalbox passkeys`.',
  },
  'passkey.unknown': {
    sentence: 'You have no passkey {passkey}',
    hint: 'List them with `signalbox passkeys`.',
  },
  'password.weak': {
    sentence: 'This password is easy to guess: {problem}',
    hint: 'Take a longer one that is used nowhere else; three or four random words are good.',
  },
  'permission.denied': {
    sentence: '{by} may not {permission} in {environment}; these may: {who}',
    hint: 'Ask one of them, or change `policies.permissions` in signalbox.yml; an admin gives roles with `signalbox accounts grant`.',
  },
  'permission.role': {
    sentence: '{by} may not {permission} in {environment}: they are {rank} there, and it takes {needed}',
    hint: 'An admin gives roles with `signalbox accounts grant`.',
  },
  'process.failed': {
    sentence: 'The program {program} failed: {problem}',
    hint: 'The last lines it printed are in the details.',
  },
  'process.limit': {
    sentence: 'The program {program} took too long and was ended',
    hint: 'The last lines it printed are in the details.',
    temporary: true,
  },
  'process.not_started': {
    sentence: 'The program {program} could not be started: {problem}',
    hint: 'Check that it is installed, and that the folder it starts in is there.',
  },
  'process.too_much_output': {
    sentence: 'The program printed more than {maxBytes} bytes',
    hint: 'It was ended; look at why it prints so much.',
  },
  'process.unknown': {
    sentence: 'The app {app} has no process {process}',
    hint: 'Its processes: {known}.',
  },
  'project.exists': {
    sentence: 'There is a project {project} already',
    hint: 'Choose another name, or remove the old one first.',
  },
  'project.in_use': {
    sentence: '{project} cannot be removed: {problem}',
    hint: 'Scale it to 0 or wait until it has ended, then remove it.',
  },
  'project.invalid_name': {
    sentence: '{name} is not a name for a project',
    hint: 'Use lower-case letters, digits and hyphens, beginning with a letter, at most 40.',
  },
  'project.no_configuration': {
    sentence: '{project} has no valid signalbox.yml yet',
    hint: 'Push a commit with one; `signalbox init` writes it.',
  },
  'project.unclear': {
    sentence: 'It is not clear which project is meant: {problem}',
    hint: 'Name one with --project NAME.',
  },
  'project.unknown': {
    sentence: 'There is no project {project}',
    hint: 'List them with `signalbox projects list`.',
  },
  'provider.lost': {
    sentence: 'This sign-in was not begun in this browser, took more than five minutes, or was used already',
    hint: 'Begin again at /login.',
  },
  'provider.refused': {
    sentence: '{title} did not say who you are, or not as it has to',
    hint: 'Begin again at /login. If that goes wrong too, the server’s log says what came back.',
  },
  'provider.unknown': {
    sentence: 'There is no provider {provider}',
    hint: 'The file of `--providers` names them.',
  },
  'provider.unreachable': {
    sentence: '{title} cannot be reached: {problem}',
    hint: 'Sign in another way, or try again later.',
    temporary: true,
  },
  'publication.unknown': {
    sentence: 'No release {version} of {app} was published',
    hint: 'List the published ones with `signalbox releases published`.',
  },
  'push.malformed': {
    sentence: 'The push cannot be read: {problem}',
    hint: 'Push with git itself, or look at what stands between it and the server.',
  },
  'push.refused': {
    sentence: 'The push is refused: {problem}',
    hint: 'Rename the branch or tag and push again.',
  },
  'ref.refused': {
    sentence: '{ref} cannot be made: it {problem}',
    hint: 'Choose another name, or another `tag_prefix`.',
  },
  'release.discarded': {
    sentence: 'The release {version} is not kept any more',
    hint: 'Choose a newer one from `signalbox releases`, or push the commit again.',
  },
  'release.file_name_reused': {
    sentence: 'Static files of {version} have names that other files in the shared folder have already: {files}',
    hint: 'Give files whose content changed new names, with a hash of the content in them, or set `static: release_dir`.',
  },
  'release.files_unusable': {
    sentence: 'The static files in {directory} of {version} cannot be served: {problem}',
    hint: 'Have the build put them there, or correct `static` in signalbox.yml.',
  },
  'release.none': {
    sentence: 'Nothing of {app} runs in {environment} yet',
    hint: 'Deploy a release first: `signalbox deploy {environment}`.',
  },
  'release.not_verified': {
    sentence: '{version} has not succeeded in {missing}, so it is not published',
    hint: 'Deploy it there first, or publish what is live there by naming no version.',
  },
  'release.unclear': {
    sentence: 'Which release of {app} is meant is not clear: {versions}',
    hint: 'Name one: `signalbox releases publish {app} VERSION`.',
  },
  'release.unknown': {
    sentence: 'There is no release {version} of {app}',
    hint: 'List them with `signalbox releases`.',
  },
  'repository.not_fetched': {
    sentence: '{origin} could not be fetched: {problem}',
    hint: 'Check the address, and that this server may read it (for ssh: its key and known_hosts).',
  },
  'repository.origin_refused': {
    sentence: '{origin} is not taken as the address of a repository: {problem}',
    hint: 'Give https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH or the absolute path of a repository on the server.',
  },
  'request.encoding': {
    sentence: 'A body packed as {encoding} cannot be read',
    hint: 'Send it plain or as gzip.',
  },
  'request.foreign': {
    sentence: 'The request comes from the page of another site, {origin}',
    hint: 'Open Signalbox at its own address.',
  },
  'request.invalid': {
    sentence: 'The request is not valid: {problem}',
    hint: 'Compare it with the API reference.',
  },
  'request.media_type': {
    sentence: 'The body is not JSON',
    hint: 'Send it with the header `Content-Type: application/json`.',
  },
  'request.too_large': {
    sentence: 'The body is larger than {limitBytes} bytes',
    hint: 'Send less at once; the limit protects the server.',
  },
  'request.too_slow': {
    sentence: 'The body did not come in time',
    hint: 'Try again; look at the connection.',
    temporary: true,
  },
  'restore.key_needed': {
    sentence: 'The secrets in the backup {name} need the key {recipient}, and there is none at {path}',
    hint: 'Name its file with --key FILE. Without it, --without-key restores all the rest; secrets then have to be set anew.',
  },
  'restore.key_unfit': {
    sentence: 'The key in {path} does not open the secrets in the backup {name}, which need {recipient}',
    hint: 'A key file names itself in its first line: find the one with that name.',
  },
  'restore.occupied': {
    sentence: 'There is something in {path} already',
    hint: 'Name a new folder; or stop the server there and add --replace, which moves aside what is there and deletes nothing.',
  },
  'revert.conflict': {
    sentence: 'What {commit} changed cannot be taken back by itself: it was changed again since, in {files}',
    hint: 'Revert it by hand, settle these files, and push: `git revert {commit}`.',
  },
  'revert.nothing': {
    sentence: 'Nothing of what {commit} changed is left to be taken back',
    hint: '`signalbox explain {commit}` tells where it is live.',
  },
  'rollback.crosses_migration': {
    sentence: '{version} was made before migrations that {environment} has since: {migrations}; they stay applied',
    hint: 'If {version} gets along with them, say why with --reason; otherwise go forward with a new commit.',
  },
  'rollback.forbidden': {
    sentence: 'Nobody rolls {environment} back: its policy is `rollback: {policy}`',
    hint: 'Go forward: `signalbox revert {deployment}` makes a commit that takes the change back, on a branch of its own.',
  },
  'rollback.moving': {
    sentence: '{deployment} is on its way to {environment}, so what came before it is not certain',
    hint: '`signalbox cancel {deployment}` takes it back; or name the version to go to after it.',
  },
  'rollback.never_there': {
    sentence: '{version} has never run in {environment}, so nothing can go back to it',
    hint: '`signalbox deploy {environment} {version}` sends it there.',
  },
  'rollback.nowhere': {
    sentence: 'There is no earlier release of {app} in {environment} to go back to',
    hint: 'Name one with `signalbox rollback {environment} VERSION`.',
  },
  'rollback.reason_needed': {
    sentence: 'Going back in {environment} needs a reason: {why}',
    hint: 'Say it with `--reason TEXT`; it stands in the record.',
  },
  'route.unconfirmed': {
    sentence: 'The instance {instance} was not reached through the edge ({edge}): {problem}',
    hint: 'It is healthy when asked directly; compare how it answers to the Host name visitors use.',
  },
  'route.unknown': {
    sentence: 'There is nothing at {method} {path}',
    hint: 'Compare it with the API reference.',
  },
  'run.ended': {
    sentence: '{run} has ended already: {outcome}',
    hint: 'See `signalbox runs`.',
  },
  'run.not_rerunnable': {
    sentence: '{run} cannot be run again: {problem}',
    hint: 'Only a run that ended without success has something to run again.',
  },
  'run.unknown': {
    sentence: 'There is no run {run}',
    hint: 'List them with `signalbox runs`.',
  },
  'safeguards.none': {
    sentence: 'Nothing guards {environment} yet: no release was ever sent there',
    hint: 'See `signalbox safeguards`; what signalbox.yml says counts from the first deployment on.',
  },
  'scale.invalid': {
    sentence: '{process} cannot run {count} times: {problem}',
    hint: 'Give a whole number from 0 to 100; a singleton runs 0 or 1 times.',
  },
  'schedule.unknown': {
    sentence: 'There is no schedule {name} on {track}; there are: {known}',
    hint: '`signalbox schedules` lists those of the release that is live.',
  },
  'secret.key_damaged': {
    sentence: 'The key file {path} holds no key',
    hint: 'Put back the key file from a backup; without it the stored secrets cannot be read. It is never replaced by itself.',
  },
  'secret.key_exposed': {
    sentence: 'The key file {path} can be read by others (mode {mode})',
    hint: 'Run `chmod 600` on it; if others may have read it, change the secrets too.',
  },
  'secret.key_missing': {
    sentence: 'There is no key file {path}',
    hint: 'Check --key-file; without it the server makes a key of its own in the data directory.',
  },
  'secret.misplaced': {
    sentence: 'The stored secret {name} of {environment} was made for another place',
    hint: 'Somebody moved it in the store. Set the secret again.',
  },
  'secret.unreadable': {
    sentence: 'The stored secret {name} of {environment} cannot be decrypted',
    hint: 'It was encrypted with another key, or is damaged. Put back the right key file, or set the secret again.',
  },
  'server.address_taken': {
    sentence: 'The server cannot listen on {address}: {problem}',
    hint: 'Choose another address with --listen.',
  },
  'server.held': {
    sentence: 'Another server (process {pid}) holds the data directory {path}',
    hint: 'Stop it first, or give this one its own directory.',
  },
  'server.no_answer': {
    sentence: 'The server {url} did not answer within {limitMs} ms',
    hint: "Try again; look at the server's log if it stays so.",
    temporary: true,
  },
  'server.no_space': {
    sentence: 'The server cannot start, because the disk is full: {path} could not be written',
    hint: 'Free {neededMiB} MiB or more on that file system, and start it again; nothing that was stored is damaged, and what was deployed goes on running.',
  },
  'server.not_ours': {
    sentence: 'What answers at {url} is not Signalbox (status {status})',
    hint: 'Check the address; a proxy in between may have answered instead.',
  },
  'server.other_version': {
    sentence: 'The server {url} answers in a way this program does not know: {problem}',
    hint: 'Use the program of the same version as the server.',
  },
  'server.said': {
    sentence: '{message}',
    hint: '{hint}',
  },
  'server.starting': {
    sentence: 'The server is starting',
    hint: 'Try again in a moment.',
    temporary: true,
  },
  'server.stopping': {
    sentence: 'The server is stopping',
    hint: 'Try again in a moment; what was accepted is kept.',
    temporary: true,
  },
  'server.superseded': {
    sentence: 'Another server has taken over this data directory',
    hint: 'This one stops, so that not two of them decide. Find out why the lock on the directory did not keep the other one out.',
  },
  'server.unreachable': {
    sentence: 'The server {url} cannot be reached: {problem}',
    hint: 'Check the address and that the server runs.',
    temporary: true,
  },
  'server_backup.busy': {
    sentence: 'A backup is being taken or looked after in {path} right now',
    hint: 'Try again when it is done.',
    temporary: true,
  },
  'server_backup.damaged': {
    sentence: 'The backup {name} is damaged: {problem}',
    hint: 'Use another one: `signalbox backup list` lists them. The next backup writes anew what is damaged.',
  },
  'server_backup.newer': {
    sentence: 'This program cannot read the backup {name}: {problem}',
    hint: 'Use the version of Signalbox that made it, or a newer one.',
  },
  'server_backup.no_folder': {
    sentence: 'No folder for backups of the server is named',
    hint: 'Start the server with --backups DIR, on another disk than its data; `signalbox backup --data DIR --backups DIR` goes too.',
  },
  'server_backup.no_place': {
    sentence: 'No backup can be put into {path}: {problem}',
    hint: 'Make the folder, and give it to the user that the server runs as.',
  },
  'server_backup.unknown': {
    sentence: 'There is no backup {name} in {path}',
    hint: '`signalbox backup list` lists them.',
  },
  'session.unknown': {
    sentence: 'You have no session {session}',
    hint: 'List them with `signalbox sessions`.',
  },
  'sign_in.confirm': {
    sentence: 'This touches secrets or accounts: show once more that it is you',
    hint: 'Do so at /confirm; it counts for ten minutes.',
  },
  'sign_in.first': {
    sentence: 'Nobody has signed in here, or not any more',
    hint: 'Sign in at /login.',
  },
  'sign_in.refused': {
    sentence: 'The name or the password is not right',
    hint: 'An admin makes a link for a new password with `signalbox accounts invite NAME`.',
  },
  'sign_in.too_often': {
    sentence: 'There were too many tries',
    hint: 'Try again in {seconds} s.',
  },
  'smoke.failed': {
    sentence: 'The smoke steps against {url} said no: {problem}',
    hint: '`signalbox logs {log}` shows what they printed.',
  },
  'smoke.not_run': {
    sentence: 'The smoke steps against {url} could not be run to their end: {problem}',
    hint: '`signalbox logs {log}` shows how far they came; a secret they need is set with `signalbox env set checks NAME --secret`.',
  },
  'store.broken': {
    sentence: 'The database could not be read or written: {problem}',
    hint: 'Check the disk. The server stops rather than go on with what it is not sure of; start it again when the disk is well.',
  },
  'store.busy': {
    sentence: 'The database is held by another program: {problem}',
    hint: 'A backup or another reader holds it; Signalbox tries again by itself.',
    temporary: true,
  },
  'store.damaged': {
    sentence: 'The database {path} is damaged: {problem}',
    hint: 'Restore the newest backup. What runs keeps running meanwhile.',
  },
  'store.newer': {
    sentence: 'The database has schema {found}; this program knows up to {known}',
    hint: 'Use the newer program that wrote it.',
  },
  'survey.unknown': {
    sentence: 'There is no look for migrations {survey}',
    hint: '`signalbox migrate ENV --plan` begins one.',
  },
  'tag.taken': {
    sentence: 'There is a tag {tag} already, and it stands for another commit',
    hint: 'Delete that tag if it is a mistake, or publish under another name.',
  },
  'target.fenced': {
    sentence: 'The command {number} for {track} comes too late: the target has seen {newest}',
    hint: 'A newer command of this or another server took its place; look at what it decided.',
  },
  'target.no_terminal': {
    sentence: 'The machine cannot give a terminal: {program} is not there',
    hint: 'Install util-linux and coreutils there (bsdutils and coreutils on Debian); `signalbox run` needs no terminal.',
  },
  'target.refused': {
    sentence: 'The target {target} refuses: {problem}',
    hint: 'The request does not fit what runs there; Signalbox looks again before it decides.',
  },
  'target.unknown': {
    sentence: 'This program cannot deploy to a target of the kind {driver}',
    hint: 'Use one of: {known}.',
  },
  'target.unreachable': {
    sentence: 'The target {target} does not answer: {problem}',
    hint: 'Check that it is up and reachable from the server; Signalbox tries again by itself.',
    temporary: true,
  },
  'token.exists': {
    sentence: 'There is a token {name} already, or was',
    hint: 'Choose another name: each one stands for one token in the record, for good.',
  },
  'token.forbidden': {
    sentence: '{name} may act as {rank} {where}; this takes {needed}',
    hint: 'An admin gives roles with `signalbox accounts grant`; a token reaches no further than its scope and its account.',
  },
  'token.invalid': {
    sentence: 'The token is not known here, or has expired',
    hint: 'Log in again with `signalbox login`, or ask an admin for a new token.',
  },
  'token.missing': {
    sentence: 'A token is needed',
    hint: 'Send it as `Authorization: Bearer TOKEN`; `signalbox login` keeps it for the command line.',
  },
  'token.too_far': {
    sentence: 'What you showed is for the project {project} only',
    hint: 'Name that project, or make the token with one that reaches further.',
  },
  'token.unknown': {
    sentence: 'There is no valid token {name}',
    hint: 'List them with `signalbox tokens list`.',
  },
  'variable.empty': {
    sentence: '{app} requires {name} in {environment}, and an empty value is as good as none',
    hint: 'Give it a value, or declare it with `required: false` in signalbox.yml.',
  },
  'variable.invalid': {
    sentence: '{name} is not a name for a variable',
    hint: 'Use letters, digits and underscores, beginning with a letter or an underscore.',
  },
  'variable.invalid_value': {
    sentence: 'The value of {name} holds a NUL character or half a character, which no process can be given',
    hint: 'Take it out; what is not text can be set as base64.',
  },
  'variable.needed': {
    sentence: '{name} cannot be taken from {environment} yet: it is required by {needed}',
    hint: 'Take it away when nothing needs it any more, or say first that it may be missing: `signalbox env waive {environment} {name} --reason WHY --for 1d`.',
  },
  'variable.not_set': {
    sentence: 'Nobody has set {names} in {environment}',
    hint: 'Nothing was changed. `signalbox env list {environment}` lists what is set; the values of signalbox.yml are changed there.',
  },
  'variable.reserved': {
    sentence: '{name} is set by Signalbox itself, for each instance',
    hint: 'Choose another name; PORT and names that begin with SIGNALBOX_ are taken.',
  },
  'variable.wrong_type': {
    sentence: '{name} in {environment} must be {expected}, as {app} declares it, and {found} is not',
    hint: 'Correct the value; or, when its form changes, declare it in signalbox.yml under a new name.',
  },
  'wait.limit': {
    sentence: '{what} has not ended within {limit}',
    hint: 'It goes on without us; look again with `signalbox status`, or wait longer with --wait-timeout.',
  },
} as const satisfies Record<string, FaultEntry>

export type FaultCode = keyof typeof catalogue

export const faults: Readonly<Record<FaultCode, FaultEntry>> = catalogue
