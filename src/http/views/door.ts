import type { DoorView, MaintenanceView } from '../../api/views.ts'
import type { Maintenance } from '../../domain/door.ts'
import type { DoorAnswer } from '../../engine/queries.ts'

export function doorView({ access, users, maintenance }: DoorAnswer): DoorView {
  return {
    access,
    users: users.map(({ name, by, at }) => ({ name, by, at })),
    maintenance: maintenance && maintenanceView(maintenance),
  }
}

export function maintenanceView({ message, by, since }: Maintenance): MaintenanceView {
  return { message, by, since }
}
