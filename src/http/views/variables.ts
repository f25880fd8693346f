import type { LackView, VariableView, WaiverView } from '../../api/views.ts'
import type { Lack, Waiver } from '../../domain/contract.ts'
import type { StoredVariable } from '../../store/variables.ts'

export function variableView({ name, value, secret, version, by, at, reason }: StoredVariable): VariableView {
  return { name, value: secret ? null : value, secret, version, by, at, reason }
}

export function waiverView({ environment, name, by, reason, at, expiresAt }: Waiver): WaiverView {
  return { environment, name, by, reason, at, expiresAt }
}

export function lackView({ environment, isProtected, app, name, since, waiver }: Lack): LackView {
  return { environment, isProtected, app, name, since, waiver: waiver === null ? null : waiverView(waiver) }
}
