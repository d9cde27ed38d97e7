import { AuditEvent } from "../schemas/AuditEvent.js"
import { Licensing } from "../schemas/Licensing.js"
import { Tag } from "../schemas/Tag.js"
import { User } from "../schemas/User.js"
import { example, type Make, shared } from "./making.js"

/** An event of the audit log: a user has assigned an item to a Blueprint. */
export const auditEvent: Make<AuditEvent> = example(AuditEvent, {
  id: "01JNGZW47KZKPXE1JWCFE4PHDW",
  action: "update",
  occurred_at: shared.at,
  actor_id: shared.user,
  actor_type: "user",
  target_id: shared.blueprint,
  target_type: "blueprint",
  target_component: "library_items"
})

/** The number of devices that a tenant has, and its licenses. */
export const licensing: Make<Licensing> = example(Licensing, {
  counts: { computers_count: 1, macos_count: 1, ios_count: 0, ipados_count: 0, tvos_count: 0 },
  limits: { plan_type: "per_platform", max_devices: 100, max_devices_per_platform: { macos: 50, ios_ipados: 50 } },
  tenantOverLicenseLimit: false
})

/** A tag. */
export const tag: Make<Tag> = example(Tag, { id: "f5e4d3c2-b1a0-4f9e-8d7c-6b5a4f3e9c12", name: "Lobby" })

/** A user from a directory that is connected to the tenant. */
export const user: Make<User> = example(User, {
  id: shared.user,
  name: "Ada Lovelace",
  email: "ada@example.com",
  active: true,
  archived: false,
  department: "Engineering",
  job_title: "Analyst",
  integration: { id: 1, name: "Example", uuid: "f7461096-4ef9-43aa-88e9-ca1967ba9c13", type: "office365" },
  device_count: 1,
  created_at: shared.at,
  updated_at: shared.at
})
