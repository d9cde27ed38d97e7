/**
 * The actions that bring folder and tenant in sync. A plan is plain data: it can be saved, reviewed, read back and
 * applied exactly. It contains no script or profile content, no token and no installer URL.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FileName, ItemId as Id, Sha256 } from "./model/Info.js"
import { allKinds, Kind, kinds } from "./model/kinds.js"

/** Which side an action changes. */
export const Side = Schema.Literal("tenant", "folder")
export type Side = typeof Side.Type

/** A field that changes. */
export const Change = Schema.Struct({
  /** The API's name of the field. */
  field: Schema.String,
  /** The old value. Scripts and profiles are shown as `sha256:…`, and secrets are masked. */
  from: Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean)),
  /** The new value, in the same form as `from`. */
  to: Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean)),
  /** For scripts and profiles: a unified diff with masked secrets. A saved plan does not include it. */
  difference: Schema.optionalToOptional(Schema.Unknown, Schema.String, {
    decode: () => Option.none(),
    encode: () => Option.none()
  })
})
/** A field that changes, decoded. */
export interface Change extends Schema.Schema.Type<typeof Change> {}

/** An installer that is uploaded or downloaded. */
export const PlannedInstaller = Schema.Struct({
  name: FileName,
  /** In bytes; missing if unknown. */
  size: Schema.optional(Schema.Finite),
  /** Lower-case hex. */
  sha256: Sha256
})
/** An installer that moves, decoded. */
export interface PlannedInstaller extends Schema.Schema.Type<typeof PlannedInstaller> {}

/**
 * The path of an item's folder below the root, such as `scripts/Firewall`. It must not contain `..` or hidden folders.
 */
const Path = Schema.String.pipe(
  Schema.filter(
    (path) =>
      (allKinds.some((kind) => path.startsWith(`${kinds[kind].folder}/`)) &&
        !path.split(/[/\\]/).some((part) => part === "" || part.startsWith("."))) ||
      "is not the folder of an item"
  )
)

/** An item. `id` is its id in the folder, or the tenant's id if the folder does not have the item. */
export const ItemRef = Schema.Struct({
  kind: Kind,
  id: Id,
  name: Schema.String,
  /** The path of its folder below the root. */
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
  /** The hash of the new item's fields. */
  hash: Schema.String
})

/** An item whose fields differ between folder and tenant. */
export const Update = Schema.TaggedStruct("update", {
  item: ItemRef,
  side: Side,
  tenantId: Id,
  changes: Changes,
  installer: Schema.optional(PlannedInstaller),
  folderHash: Schema.String,
  tenantHash: Schema.String
})

/** A managed item that was deleted on the other side. */
export const Delete = Schema.TaggedStruct("delete", {
  item: ItemRef,
  side: Side,
  tenantId: Schema.optional(Id),
  hash: Schema.String
})

/** An item that is added to a Blueprint. */
export const Assign = Schema.TaggedStruct("assign", {
  item: ItemRef,
  /** Missing for an item that the same plan creates. */
  tenantId: Schema.optional(Id),
  blueprint: Schema.Struct({ id: Id, name: Schema.String }),
  /** A node of the Blueprint's map. */
  node: Schema.optional(Schema.String)
})

/** Both sides are equal. Applying the action only saves this in the item's sync state. */
export const Record = Schema.TaggedStruct("record", { item: ItemRef, tenantId: Id, hash: Schema.String })

/** Both sides have deleted the item. Applying the action only removes its sync state. */
export const Forget = Schema.TaggedStruct("forget", { item: ItemRef })

/** One step of a plan. */
export const Action = Schema.Union(Create, Update, Delete, Assign, Record, Forget)
export type Action = typeof Action.Type

/** An item that the plan does not change, and why. */
export const Left = Schema.Struct({ ...ItemRef.fields, why: Schema.String })
/** An unchanged item, decoded. */
export interface Left extends Schema.Schema.Type<typeof Left> {}

/** The actions that bring folder and tenant in sync. */
export const Plan = Schema.Struct({
  version: Schema.Literal(1),
  /** The host of the tenant. The plan can only be applied to this tenant. */
  tenant: Schema.String,
  actions: Schema.Array(Action),
  /** Items of the folder that were deleted in the tenant. */
  missing: Schema.Array(ItemRef),
  /** Items of the tenant that were deleted in the folder. */
  orphans: Schema.Array(ItemRef),
  /** Items of the tenant that were never in the folder. */
  unmanaged: Schema.Array(ItemRef),
  /**
   * Items that changed on both sides, or that have several possible counterparts. `apply` reports each one as failed.
   */
  conflicts: Schema.Array(Left),
  /** Items that differ but that the plan's direction does not change. */
  skipped: Schema.Array(Left),
  /** Messages for the person who reads the plan. */
  notes: Schema.Array(Schema.String),
  /** How many items the folder has. */
  items: Schema.Int
}).annotations({ identifier: "Plan" })
/** A plan, decoded. */
export interface Plan extends Schema.Schema.Type<typeof Plan> {}

/** A plan as JSON text, for saving and reading it back. Diffs of scripts and profiles are not saved. */
export const PlanJson = Schema.parseJson(Plan, { space: 2 })

/** Whether an action changes the tenant or the files of an item. `record` and `forget` only change its sync state. */
export const isChange = ({ _tag }: Action): boolean => _tag !== "record" && _tag !== "forget"

/** Whether there is nothing to do and nothing to decide: no action changes anything, and no item is in conflict. */
export const isEmpty = ({ actions, conflicts }: Plan): boolean => conflicts.length === 0 && !actions.some(isChange)
