import * as Schema from "effect/Schema"
import { blankAsNull, Id, nullish, nullishOr } from "../internal.js"

/** The columns of every Prism row. */
export const prismColumns = {
  device_id: Id,
  device__name: blankAsNull,
  device__family: blankAsNull,
  device__user_id: blankAsNull,
  device__user_name: blankAsNull,
  device__user_email: blankAsNull,
  blueprint_id: blankAsNull,
  blueprint_name: blankAsNull,
  /** The names or ids of tags. */
  tags: nullishOr(Schema.Array(Schema.String), []),
  asset_tag: blankAsNull,
  serial_number: blankAsNull,
  model_id: blankAsNull,
  count: nullish(Schema.Finite),
  created_at: blankAsNull,
  updated_at: blankAsNull,
  last_changed_at: blankAsNull,
  last_collected_at: blankAsNull
}
