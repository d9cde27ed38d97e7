import * as Schema from "effect/Schema"
import { File } from "../operation/body.js"
import { InputFile } from "./InputFile.js"
import { blankAsNull, given, Id, nullish, Required } from "./internal.js"

/** A server in Apple Business or School Manager whose devices enroll in this tenant. */
export const AdeIntegration = Schema.Struct({
  id: Id,
  /** The default Blueprint for devices without their own. */
  blueprint: nullish(Schema.Struct({ id: Id, name: blankAsNull, icon: blankAsNull, color: blankAsNull })),
  use_blueprint_routing: nullish(Schema.Boolean),
  access_token_expiry: blankAsNull,
  server_name: blankAsNull,
  server_uuid: blankAsNull,
  admin_id: blankAsNull,
  org_name: blankAsNull,
  org_email: blankAsNull,
  org_phone: blankAsNull,
  org_address: blankAsNull,
  org_type: blankAsNull,
  stoken_file_name: blankAsNull,
  last_device_sync: blankAsNull,
  defaults: nullish(Schema.Struct({ email: blankAsNull, phone: blankAsNull })),
  /** Days until the token expires. */
  days_left: nullish(Schema.Finite),
  status: blankAsNull,
  status_reason: blankAsNull,
  status_received_at: blankAsNull,
  /** The number of devices of each family, and `total`. */
  device_counts: nullish(Schema.Record({ key: Schema.String, value: Schema.Finite }))
}).annotations({ identifier: "AdeIntegration" })
/** A server in Apple Business or School Manager whose devices enroll in this tenant, decoded. */
export interface AdeIntegration extends Schema.Schema.Type<typeof AdeIntegration> {}

const settings = {
  /** The id of the default Blueprint for devices without their own. */
  blueprint_id: given(Required),
  /** Whether Blueprint routing chooses the Blueprint. */
  use_blueprint_routing: given(Schema.Boolean),
  phone: given(Schema.String),
  email: given(Schema.String)
}

/** A server token (`.p7m`) from Apple Business or School Manager, and the settings of its integration. */
export const AdeToken = Schema.Struct({ ...settings, file: InputFile })
/** The argument of `AdeIntegrations.create` and `AdeIntegrations.renew`. */
export interface AdeToken extends Schema.Schema.Type<typeof AdeToken> {}

/** A server token in the form that is sent to the API, after its file was read. */
export const AdeTokenForm = Schema.Struct({ ...settings, file: File })

/** The settings of an integration to change. `blueprint_id`, `phone` and `email` must be given together. */
export const UpdateAdeIntegration = Schema.Struct(settings).pipe(
  Schema.filter(({ blueprint_id, email, phone }) => {
    const together = { blueprint_id, phone, email }
    const missing = Object.entries(together).filter(([, value]) => value === undefined)
    return missing.length === 0 || missing.length === 3
      ? []
      : missing.map(([field]) => ({
          path: [field],
          message: "is required: blueprint_id, phone and email are changed together"
        }))
  })
)
/** The argument of `AdeIntegrations.update`. */
export interface UpdateAdeIntegration extends Schema.Schema.Type<typeof UpdateAdeIntegration> {}
