import { AdeDevice } from "../schemas/AdeDevice.js"
import { AdeIntegration } from "../schemas/AdeIntegration.js"
import { BlueprintRoutingActivity, BlueprintRoutingSettings } from "../schemas/BlueprintRouting.js"
import { example, type Make, shared } from "./making.js"

/** An enrolled device from Apple Business Manager. */
export const adeDevice: Make<AdeDevice> = example(AdeDevice, {
  id: "aca3e9f7-48d9-44a5-9007-25bc0b1d9c11",
  serial_number: shared.serialNumber,
  blueprint_id: shared.blueprint,
  use_blueprint_routing: false,
  mdm_device: {
    id: shared.device,
    name: "Ada's device",
    enrolled_at: shared.at,
    enrollment_status: 4,
    deferred_install: false,
    is_missing: false,
    is_removed: false
  },
  user_id: shared.user,
  dep_account: { id: shared.adeToken, server_name: "Example" },
  asset_tag: "A-1815",
  device_family: "Mac",
  model: "MacBook Pro",
  os: "OSX",
  profile_status: "assigned",
  profile_assign_time: shared.at
})

/** A server in Apple Business Manager whose devices enroll in this tenant. */
export const adeIntegration: Make<AdeIntegration> = example(AdeIntegration, {
  id: shared.adeToken,
  blueprint: { id: shared.blueprint, name: "Engineering", icon: "ss-files", color: "aqua-800" },
  access_token_expiry: "2027-01-15T09:30:00Z",
  server_name: "Example",
  admin_id: "admin@example.com",
  org_name: "Example",
  org_type: "org",
  stoken_file_name: "example_smime.p7m",
  last_device_sync: shared.at,
  defaults: { email: "admin@example.com", phone: "555-0115" },
  days_left: 365,
  status: "SUCCESS",
  device_counts: { Mac: 1, total: 1 }
})

/** The settings of Blueprint routing. */
export const blueprintRoutingSettings: Make<BlueprintRoutingSettings> = example(BlueprintRoutingSettings, {
  enrollment_code: { code: "181512", is_active: true }
})

/** An event in the activity log of Blueprint routing. */
export const blueprintRoutingActivity: Make<BlueprintRoutingActivity> = example(BlueprintRoutingActivity, {
  id: 1,
  activity_time: shared.at,
  activity_type: "device_routed",
  user: { id: shared.user, email: "ada@example.com" },
  device_id: shared.device
})
