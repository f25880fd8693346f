import { permissions } from '../../src/domain/permission.ts'
import { policies, projectSpec } from './spec.ts'

const named = Object.fromEntries(permissions.map((permission) => [permission, ['ada', 'role:lead']]))

/** Environments in which ada and whoever is a lead may do anything, and nobody else may do anything at all. */
export const guardedSpec = projectSpec({
  environments: projectSpec().environments.map((each) => ({ ...each, policies: { ...policies, permissions: named } })),
})
