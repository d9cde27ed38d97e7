import * as Schema from "effect/Schema"
import { blankAsNull, given, Id, Json, nullish, Required, Timestamp } from "./internal.js"

/** How devices are routed to a Blueprint when they enroll. */
export const BlueprintRoutingSettings = Schema.Struct({
  enrollment_code: Schema.Struct({ code: blankAsNull, is_active: nullish(Schema.Boolean) })
}).annotations({ identifier: "BlueprintRoutingSettings" })
/** How devices are routed to a Blueprint when they enroll, decoded. */
export interface BlueprintRoutingSettings extends Schema.Schema.Type<typeof BlueprintRoutingSettings> {}

/** The settings of Blueprint routing to change. */
export const UpdateBlueprintRouting = Schema.Struct({
  enrollment_code: Schema.Struct({ code: given(Required), is_active: given(Schema.Boolean) })
})
/** The argument of `BlueprintRouting.update`. */
export interface UpdateBlueprintRouting extends Schema.Schema.Type<typeof UpdateBlueprintRouting> {}

/** An event in the activity log of Blueprint routing. The shape of `details` depends on `activity_type`. */
export const BlueprintRoutingActivity = Schema.Struct({
  id: Schema.Int,
  activity_time: Timestamp,
  activity_type: Schema.String,
  user: nullish(Schema.Struct({ id: Id, email: blankAsNull })),
  device_id: blankAsNull,
  details: nullish(Schema.Record({ key: Schema.String, value: Json }))
}).annotations({ identifier: "BlueprintRoutingActivity" })
/** An event of Blueprint routing, decoded. */
export interface BlueprintRoutingActivity extends Schema.Schema.Type<typeof BlueprintRoutingActivity> {}
