/**
 * The status of a library item on a device.
 */
import { drawFrom, hash } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"
import { seconds } from "../../tenant/time.js"
import { hadBefore } from "../blueprints/seeded.js"
import type { BlueprintRecord } from "../blueprints/table.js"
import type { DeviceRecord } from "../fleet/tables.js"
import type { ItemAtAGlance } from "./items.js"

/** A device with the item, and the Blueprint of both. */
export interface Status {
  readonly blueprint: BlueprintRecord
  readonly device: DeviceRecord
}

const fates = ["PASS", "PASS", "PASS", "PASS", "PASS", "PASS", "PASS", "PENDING", "ERROR", "INCOMPATIBLE"] as const
const profileWords = { PASS: "success", PENDING: "pending", ERROR: "failed", INCOMPATIBLE: "failed" } as const

/**
 * The devices are not real. Seeded devices report a final status for items assigned at the start; items assigned later
 * stay pending.
 */
export const renderStatus = (tenant: Tenant, item: ItemAtAGlance, { blueprint, device }: Status) => {
  const draw = drawFrom(hash(item.id), hash(device.id))
  const rowId = 1 + draw(2_000_000_000)
  const fate = hadBefore(tenant, blueprint.id, item.id) ? (fates[draw(fates.length)] ?? "PENDING") : "PENDING"
  const isReported = fate === "PASS" || fate === "ERROR"
  return {
    id: rowId,
    blueprint: { id: blueprint.id, name: blueprint.name },
    computer: { id: device.id, name: device.device_name },
    status: item.kind === "customProfiles" ? profileWords[fate] : fate,
    reported_at: isReported ? seconds(firstReport + draw(31_536_000) * 1000) : null,
    log: isReported && item.kind !== "customProfiles" ? logOf(item.name, fate === "PASS" ? 0 : 1) : null,
    last_audit_run: null,
    last_audit_log: null,
    control_log: null,
    control_reported_at: null
  }
}

const firstReport = Date.UTC(2025, 0, 6, 8)

const logOf = (name: string, exitCode: number): string =>
  `Executing ${name}...\nExit code: ${exitCode}\nScript results:\n${exitCode === 0 ? "OK" : "Failed"}`
