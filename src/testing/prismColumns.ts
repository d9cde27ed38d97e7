import { shared } from "./making.js"

/** The columns of every Prism row. */
export const columns = {
  device_id: shared.device,
  device__name: "Ada's device",
  device__family: "Mac",
  device__user_id: shared.user,
  device__user_name: "Ada Lovelace",
  device__user_email: "ada@example.com",
  blueprint_id: shared.blueprint,
  blueprint_name: "Engineering",
  tags: [],
  asset_tag: "A-1815",
  serial_number: shared.serialNumber,
  model_id: "Mac16,1",
  created_at: shared.at,
  updated_at: shared.at,
  last_collected_at: shared.at
}
