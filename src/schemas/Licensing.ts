import * as Schema from "effect/Schema"
import { blankAsNull, nullish } from "./internal.js"

/** The number of devices that a tenant has, and its licenses: `GET /api/v1/settings/licensing`. */
export const Licensing = Schema.Struct({
  counts: Schema.Struct({
    computers_count: nullish(Schema.Finite),
    ios_count: nullish(Schema.Finite),
    ipados_count: nullish(Schema.Finite),
    macos_count: nullish(Schema.Finite),
    tvos_count: nullish(Schema.Finite)
  }),
  limits: Schema.Struct({
    plan_type: blankAsNull,
    max_devices: nullish(Schema.Finite),
    max_devices_per_platform: nullish(
      Schema.Struct({ macos: nullish(Schema.Finite), ios_ipados: nullish(Schema.Finite) })
    )
  }),
  tenantOverLicenseLimit: nullish(Schema.Boolean)
}).annotations({ identifier: "Licensing" })
/** The number of devices that a tenant has, and its licenses, decoded. */
export interface Licensing extends Schema.Schema.Type<typeof Licensing> {}
