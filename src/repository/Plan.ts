/**
 * What is to be done so that folder and tenant are in step. A plan is a value: it can be saved, read, reviewed and
 * applied exactly. It holds no content of a script or a profile, no token and no address of an installer.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FileName, ItemId as Id, Sha256 } from "./model/Info.js"
import { allKinds, Kind, kinds } from "./model/kinds.js"

/** What changes: the tenant, or the folder. */
export const Side = Schema.Literal("tenant", "folder")
export type Side = typeof Side.Type

/** A field that changes. */
export const Change = Schema.Struct({
  /** The API's name of it. */
  field: Schema.String,
  /** The old value. Scripts and profiles are shown as `sha256:…`, and secrets are masked. */
  from: Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean)),
  /** The new value, as `from`. */
  to: Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean)),
  /** For scripts and profiles: a unified difference, secrets masked. A saved plan does not have it. */
  difference: Schema.optionalToOptional(Schema.Unknown, Schema.String, {
    decode: () => Option.none(),
    encode: () => Option.none()
  })
})
/** A field that changes, decoded. */
export interface Change extends Schema.Schema.Type<typeof Change> {}

/** An installer that moves. */
export const PlannedInstaller = Schema.Struct({
  name: FileName,
  /** In bytes, where that is known. */
  size: Schema.optional(Schema.Finite),
  /** Lower-case hex. */
  sha256: Sha256
})
/** An installer that moves, decoded. */
export interface PlannedInstaller extends Schema.Schema.Type<typeof PlannedInstaller> {}

/** A folder in that of a kind, with `/`: no part of it leads up. */
const Path = Schema.String.pipe(
  Schema.filter(
    (path) =>
      (allKinds.some((kind) => path.startsWith(`${kinds[kind].folder}/`)) &&
        !path.split(/[/\\]/).some((part) => part === "" || part.startsWith("."))) ||
      "is no folder of an item"
  )
)

/** An item: `id` is the folder's; for an item that the folder does not have, the tenant's. */
export const ItemRef = Schema.Struct({
  kind: Kind,
  id: Id,
  name: Schema.String,
  /** Its folder, below the root. */
  path: Schema.optional(Path)
})
/** An item, decoded. */
export interface ItemRef extends Schema.Schema.Type<typeof ItemRef> {}

const Changes = Schema.Array(Change)

/** An item that one side does not have yet. */
export const Create = Schema.TaggedStruct("create", {
  item: ItemRef,
  side: Side,
  changes: Changes,
  installer: Schema.optional(PlannedInstaller),
  /** Of the fields that are made. */
  hash: Schema.String
})

/** An item that differs. */
export const Update = Schema.TaggedStruct("update", {
  item: ItemRef,
  side: Side,
  tenantId: Id,
  changes: Changes,
  installer: Schema.optional(PlannedInstaller),
  folderHash: Schema.String,
  tenantHash: Schema.String
})

/** An item that was managed, and that the other side does not have any more. */
export const Delete = Schema.TaggedStruct("delete", {
  item: ItemRef,
  side: Side,
  tenantId: Schema.optional(Id),
  hash: Schema.String
})

/** An item that is put on a Blueprint. */
export const Assign = Schema.TaggedStruct("assign", {
  item: ItemRef,
  /** Missing for an item that the same plan creates. */
  tenantId: Schema.optional(Id),
  blueprint: Schema.Struct({ id: Id, name: Schema.String }),
  /** A node of the Blueprint's map. */
  node: Schema.optional(Schema.String)
})

/** Both sides are equal, which is written down. */
export const Record = Schema.TaggedStruct("record", { item: ItemRef, tenantId: Id, hash: Schema.String })

/** Both sides have lost the item, so what is known of it goes. */
export const Forget = Schema.TaggedStruct("forget", { item: ItemRef })

/** One thing to do. */
export const Action = Schema.Union(Create, Update, Delete, Assign, Record, Forget)
export type Action = typeof Action.Type

/** An item that is left alone, and why. */
export const Left = Schema.Struct({ ...ItemRef.fields, why: Schema.String })
/** An item that is left alone, decoded. */
export interface Left extends Schema.Schema.Type<typeof Left> {}

/** What is to be done. */
export const Plan = Schema.Struct({
  version: Schema.Literal(1),
  /** The tenant's host: the plan can be applied to it alone. */
  tenant: Schema.String,
  actions: Schema.Array(Action),
  /** Items of the folder that were in the tenant, and are not there any more. */
  missing: Schema.Array(ItemRef),
  /** Items of the tenant that were in the folder, and are not there any more. */
  orphans: Schema.Array(ItemRef),
  /** Items of the tenant that never were in the folder. */
  unmanaged: Schema.Array(ItemRef),
  /** Items that changed on both sides, or that cannot be told apart. Applying the plan reports each as failed. */
  conflicts: Schema.Array(Left),
  /** Items that differ, and that the direction leaves alone. */
  skipped: Schema.Array(Left),
  /** What people should know. */
  notes: Schema.Array(Schema.String),
  /** How many items the folder has. */
  items: Schema.Int
}).annotations({ identifier: "Plan" })
/** A plan, decoded. */
export interface Plan extends Schema.Schema.Type<typeof Plan> {}

/** A plan as JSON text, to save it and read it back. The differences of scripts and profiles are not saved. */
export const PlanJson = Schema.parseJson(Plan, { space: 2 })

/** Whether an action changes more than what is written down about an item. */
export const isChange = ({ _tag }: Action): boolean => _tag !== "record" && _tag !== "forget"

/** Whether there is nothing to do and nothing to decide: no action that changes something, no conflict. */
export const isEmpty = ({ actions, conflicts }: Plan): boolean => conflicts.length === 0 && !actions.some(isChange)
