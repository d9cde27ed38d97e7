/**
 * Finds the device in a path.
 */
import * as Effect from "effect/Effect"
import type { Answer } from "../../gateway/exchange.js"
import { missing } from "../../gateway/refusals.js"
import type { Tenant } from "../../tenant/tenant.js"
import { type DeviceRecord, deviceTable } from "./tables.js"

/** Finds a device by id. The vendor does not document the 404; its message is Django's default. */
export const findDevice = (tenant: Tenant, id: string): Effect.Effect<DeviceRecord, Answer> =>
  Effect.suspend(() => {
    const device = tenant.records(deviceTable).get(id)
    return device === undefined ? missing() : Effect.succeed(device)
  })
