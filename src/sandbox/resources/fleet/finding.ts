/**
 * The device that a path names.
 */
import * as Effect from "effect/Effect"
import type { Answer } from "../../gateway/exchange.js"
import { missing } from "../../gateway/refusals.js"
import type { Tenant } from "../../tenant/tenant.js"
import { type DeviceRecord, deviceTable } from "./tables.js"

/** The device of an id. The words of this 404 are not known: these are Django's own. */
export const findDevice = (tenant: Tenant, id: string): Effect.Effect<DeviceRecord, Answer> =>
  Effect.suspend(() => {
    const device = tenant.records(deviceTable).get(id)
    return device === undefined ? missing() : Effect.succeed(device)
  })
