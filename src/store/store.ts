import type { Command } from '../domain/command.ts'
import { Accounts } from './accounts.ts'
import { Agenda } from './agenda.ts'
import { Aliases } from './aliases.ts'
import { Arrivals } from './arrivals.ts'
import { Challenges } from './challenges.ts'
import type { Database } from './database.ts'
import { Decisions } from './decisions.ts'
import { Deliveries } from './deliveries.ts'
import { Deployments } from './deployments.ts'
import { Doors } from './doors.ts'
import { Drafts } from './drafts.ts'
import { Endings } from './endings.ts'
import { Energies } from './energies.ts'
import { Events } from './events.ts'
import { Facts } from './facts.ts'
import { Freezes } from './freezes.ts'
import { Identities } from './identities.ts'
import { Invitations } from './invitations.ts'
import { Locks } from './locks.ts'
import { Looks } from './looks.ts'
import { Meta } from './meta.ts'
import { OneOffs } from './one-offs.ts'
import { Outbox } from './outbox.ts'
import { Overrides } from './overrides.ts'
import { Overviews } from './overview.ts'
import { Passkeys } from './passkeys.ts'
import { Projects } from './projects.ts'
import { Publications } from './publications.ts'
import { Relations } from './relations.ts'
import { Releases } from './releases.ts'
import { Runs } from './runs.ts'
import { SafeguardsInForce } from './safeguards.ts'
import { Schedules } from './schedules.ts'
import { Sessions } from './sessions.ts'
import { Surveys } from './surveys.ts'
import { Timers } from './timers.ts'
import { Tokens } from './tokens.ts'
import { Tracks } from './tracks.ts'
import { TrafficSamples } from './traffic-samples.ts'
import { Tries } from './tries.ts'
import { Turns } from './turns.ts'
import { Variables } from './variables.ts'
import { Waivers } from './waivers.ts'

/** Everything that is kept, one aggregate a field, over one connection. */
export interface Store {
  readonly db: Database
  readonly agenda: Agenda
  readonly meta: Meta
  readonly projects: Projects
  readonly events: Events
  readonly runs: Runs
  readonly releases: Releases
  readonly publications: Publications
  readonly aliases: Aliases
  readonly drafts: Drafts
  readonly arrivals: Arrivals
  readonly relations: Relations
  readonly tracks: Tracks
  readonly deployments: Deployments
  readonly endings: Endings
  readonly energies: Energies
  readonly trafficSamples: TrafficSamples
  readonly decisions: Decisions
  readonly turns: Turns
  readonly locks: Locks
  readonly freezes: Freezes
  readonly looks: Looks
  readonly timers: Timers
  readonly doors: Doors
  readonly variables: Variables
  readonly waivers: Waivers
  readonly oneOffs: OneOffs
  readonly schedules: Schedules
  readonly surveys: Surveys
  readonly outbox: Outbox<Command>
  readonly overrides: Overrides
  readonly overviews: Overviews
  readonly safeguards: SafeguardsInForce
  readonly facts: Facts
  readonly deliveries: Deliveries
  readonly accounts: Accounts
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly invitations: Invitations
  readonly tries: Tries
  readonly passkeys: Passkeys
  readonly identities: Identities
  readonly challenges: Challenges
}

export function storeOver(db: Database): Store {
  const releases = new Releases(db)
  return {
    db,
    agenda: new Agenda(db),
    meta: new Meta(db),
    projects: new Projects(db),
    events: new Events(db),
    runs: new Runs(db),
    releases,
    publications: new Publications(db, releases),
    aliases: new Aliases(db),
    drafts: new Drafts(db),
    arrivals: new Arrivals(db),
    relations: new Relations(db),
    tracks: new Tracks(db),
    deployments: new Deployments(db),
    endings: new Endings(db),
    energies: new Energies(db),
    trafficSamples: new TrafficSamples(db),
    decisions: new Decisions(db),
    turns: new Turns(db),
    locks: new Locks(db),
    freezes: new Freezes(db),
    looks: new Looks(db),
    timers: new Timers(db),
    doors: new Doors(db),
    variables: new Variables(db),
    waivers: new Waivers(db),
    oneOffs: new OneOffs(db),
    schedules: new Schedules(db),
    surveys: new Surveys(db),
    outbox: new Outbox(db),
    overrides: new Overrides(db),
    overviews: new Overviews(db),
    safeguards: new SafeguardsInForce(db),
    facts: new Facts(db),
    deliveries: new Deliveries(db),
    accounts: new Accounts(db),
    tokens: new Tokens(db),
    sessions: new Sessions(db),
    invitations: new Invitations(db),
    tries: new Tries(db),
    passkeys: new Passkeys(db),
    identities: new Identities(db),
    challenges: new Challenges(db),
  }
}
