import type { LackView, PastChangeView, VariableView, WaiverView } from '../../api/views.ts'
import type { Lack, Waiver } from '../../domain/contract.ts'
import type { PastChange, StoredVariable } from '../../store/variables.ts'

export function variableView({ name, value, secret, version, by, at, reason }: StoredVariable): VariableView {
  return { name, value: secret ? null : value, secret, version, by, at, reason }
}

export function waiverView({ environment, name, by, reason, at, expiresAt }: Waiver): WaiverView {
  return { environment, name, by, reason, at, expiresAt }
}

export function lackView({ environment, isProtected, app, name, since, waiver }: Lack): LackView {
  return { environment, isProtected, app, name, since, waiver: waiver === null ? null : waiverView(waiver) }
}

export function pastChangeView({ version, name, value, secret, by, at, reason }: PastChange): PastChangeView {
  return { version, name, value: secret ? null : value, isSet: value !== null, secret, by, at, reason }
}
