/**
 * Finds the counterpart of each item on the other side, and which side has changed since they were last in sync. Pure:
 * reads and sends nothing.
 */
import type { ItemState } from "../folder/state.js"
import { differing, type Fields, fieldHash, hashBeside, hashOf } from "../model/Fields.js"
import { type Kind, kinds } from "../model/kinds.js"
import { syncHash } from "../model/syncHash.js"
import type { ItemRef, Left } from "../Plan.js"
import type { Local } from "./checking.js"
import type { TenantItem } from "./library.js"

/** How to handle an item that changed on both sides: report a conflict, or overwrite one side with the other. */
export type OnConflict = "fail" | "folder" | "tenant"

/** What a plan may change. */
export interface Rules {
  readonly direction: "push" | "pull" | "both"
  readonly onConflict: (item: ItemRef) => OnConflict
  readonly prune: boolean
  readonly recreate: boolean
  /** Whether a missing item counts as deleted. Only `true` if both sides were read completely and neither is empty. */
  readonly mayDelete: boolean
  /** The ids of items with a sync state of another tenant. Their `sync_hash` says nothing about this tenant. */
  readonly elsewhere: ReadonlySet<string>
}

/** An item that both sides have, or only one. */
export type Linked =
  | { readonly _tag: "create"; readonly side: "tenant"; readonly local: Local }
  | { readonly _tag: "create"; readonly side: "folder"; readonly there: TenantItem }
  | { readonly _tag: "update"; readonly side: "tenant" | "folder"; readonly local: Local; readonly there: TenantItem }
  | { readonly _tag: "delete"; readonly side: "tenant"; readonly id: string; readonly there: TenantItem }
  | { readonly _tag: "delete"; readonly side: "folder"; readonly local: Local; readonly tenantId: string | undefined }
  | { readonly _tag: "record"; readonly item: ItemRef; readonly tenantId: string; readonly hash: string }
  | { readonly _tag: "forget"; readonly item: ItemRef }

/** The links of all items of a kind. */
export interface Links {
  readonly actions: ReadonlyArray<Linked>
  readonly missing: ReadonlyArray<ItemRef>
  readonly orphans: ReadonlyArray<ItemRef>
  readonly unmanaged: ReadonlyArray<ItemRef>
  readonly conflicts: ReadonlyArray<Left>
  readonly skipped: ReadonlyArray<Left>
  /** How many items of the folder are in the tenant too. Limits are a share of this number. */
  readonly managed: number
  /** The tenant's items, by their ids in the folder. */
  readonly partners: ReadonlyMap<string, TenantItem>
}

/** An item of the folder, as it appears in plans. */
export const refOf = ({ item: { id, kind, name, path } }: Local): ItemRef => ({ kind, id, name, path })

/** An item of the tenant, as it appears in plans. */
export const thereRef = ({ id, kind, name }: TenantItem): ItemRef => ({ kind, id, name })

/** Links the items of one kind. */
export const link = (
  kind: Kind,
  locals: ReadonlyArray<Local>,
  tenant: ReadonlyArray<TenantItem>,
  states: ReadonlyMap<string, ItemState>,
  rules: Rules
): Links => {
  const { direction, mayDelete, prune, recreate } = rules
  const actions: Array<Linked> = []
  const missing: Array<ItemRef> = []
  const orphans: Array<ItemRef> = []
  const unmanaged: Array<ItemRef> = []
  const conflicts: Array<Left> = []
  const skipped: Array<Left> = []
  const partners = new Map<string, TenantItem>()

  const byId = new Map(tenant.map((there) => [there.id, there]))
  const stateFiles = new Map([...states].flatMap(([id, state]) => (state.id === undefined ? [] : [[state.id, id]])))
  /** The sync state of an item, found by its current id or by the id that it had when it was created. */
  const known = (id: string): { readonly id: string; readonly state: ItemState | undefined } => {
    const own = states.get(id)
    const other = own === undefined ? stateFiles.get(id) : undefined
    return other === undefined ? { id, state: own } : { id: other, state: states.get(other) }
  }

  const usedStates = new Set<string>()
  const linked = new Set<string>()
  const single: Array<{ readonly local: Local; readonly state: ItemState | undefined }> = []
  for (const local of locals) {
    const { id, state } = known(local.item.id)
    if (state !== undefined) usedStates.add(id)
    const there = byId.get(state?.id ?? local.item.id)
    if (there !== undefined && !linked.has(there.id)) {
      linked.add(there.id)
      partners.set(local.item.id, there)
      compare(local, there, state)
    } else single.push({ local, state })
  }

  /** Both sides have the item. `known.hash` is the hash of the last sync. */
  function compare(local: Local, there: TenantItem, known: Pick<ItemState, "hash" | "pulling"> | undefined): void {
    const ref = refOf(local)
    if (differing(local.fields, there.fields).length === 0) {
      const hash = hashBeside(there.fields, local.fields)
      if (known?.hash !== hash) actions.push({ _tag: "record", item: ref, tenantId: there.id, hash })
      return
    }
    const { folder, tenant } = changedSince(local, there, known)
    if (folder && tenant) {
      const choice = rules.onConflict(ref)
      const why = "was changed in the folder and in the tenant"
      if (choice === "folder" && direction !== "pull") update(local, there, "tenant")
      else if (choice === "tenant" && direction !== "push") update(local, there, "folder")
      else if (choice === "fail") conflicts.push({ ...ref, why })
      else
        skipped.push({
          ...ref,
          why: `${why}; direction "${direction}" does not change the ${choice === "folder" ? "tenant" : "folder"}`
        })
    } else if (folder) {
      if (direction === "pull")
        skipped.push({ ...ref, why: 'was changed in the folder; direction "pull" does not change the tenant' })
      else update(local, there, "tenant")
    } else if (direction === "push") {
      if (rules.onConflict(ref) === "folder") update(local, there, "tenant")
      else skipped.push({ ...ref, why: 'was changed in the tenant; direction "push" does not change the folder' })
    } else update(local, there, "folder")
  }

  function update(local: Local, there: TenantItem, side: "tenant" | "folder"): void {
    actions.push({ _tag: "update", side, local, there })
  }

  for (const { local, state } of single) {
    const ref = refOf(local)
    const creating = state?.creating
    if (creating !== undefined) {
      // The response of a create was lost. Whether the item exists follows from the tenant's listing.
      const made = tenant.filter(
        (there) => !linked.has(there.id) && nameOf(there.fields) === creating.name && there.hash === creating.hash
      )
      const [one, ...others] = made
      if (one !== undefined && others.length === 0) {
        linked.add(one.id)
        partners.set(local.item.id, one)
        actions.push({ _tag: "record", item: ref, tenantId: one.id, hash: creating.hash })
        if (differing(local.fields, one.fields).length > 0) compare(local, one, creating)
      } else if (one !== undefined) {
        conflicts.push({
          ...ref,
          why: `may already have been created: several items of the tenant match it (${made.map(({ id }) => id).join(", ")}). Put the id of the right one into its info file`
        })
      } else createNew(local)
    } else if (state?.id !== undefined || (isStamped(local) && !rules.elsewhere.has(local.item.id))) lost(local, state)
    else createNew(local)
  }

  /** The folder has an item that was never in the tenant. */
  function createNew(local: Local): void {
    const ref = refOf(local)
    if (direction === "pull") {
      skipped.push({ ...ref, why: 'is not in the tenant; direction "pull" does not create it there' })
      return
    }
    const name = nameOf(local.fields)
    const same = tenant.filter((there) => !linked.has(there.id) && nameOf(there.fields) === name)
    const [one] = same
    const equal = same.filter((there) => differing(local.fields, there.fields).length === 0)
    if (one === undefined) actions.push({ _tag: "create", side: "tenant", local })
    else if (equal.length === 1 && equal[0] !== undefined) {
      linked.add(equal[0].id)
      partners.set(local.item.id, equal[0])
      actions.push({ _tag: "record", item: ref, tenantId: equal[0].id, hash: equal[0].hash })
    } else {
      conflicts.push({
        ...ref,
        why: `is new in the folder, but the tenant already has an item with this name (${same.map(({ id }) => id).join(", ")}). Put that id into the info file, or give the new item another name`
      })
    }
  }

  /** The item was deleted in the tenant. */
  function lost(local: Local, state: ItemState | undefined): void {
    const ref = refOf(local)
    if (direction !== "pull" && recreate) createNew(local)
    else if (direction === "pull" && prune && mayDelete) {
      const isUntouched =
        state?.hash === undefined
          ? local.item.info.sync_hash === local.item.syncHash
          : state.hash === hashOf(local.fields)
      if (isUntouched) actions.push({ _tag: "delete", side: "folder", local, tenantId: state?.id })
      else conflicts.push({ ...ref, why: "was deleted in the tenant and changed in the folder" })
    } else missing.push(ref)
  }

  for (const [id, state] of states) {
    if (usedStates.has(id)) continue
    const there = state.id === undefined ? undefined : byId.get(state.id)
    if (there === undefined || linked.has(there.id)) {
      if (mayDelete)
        actions.push({ _tag: "forget", item: { kind, id, name: there?.name ?? state.creating?.name ?? id } })
      continue
    }
    linked.add(there.id)
    if (direction === "pull") actions.push({ _tag: "create", side: "folder", there })
    else if (!prune || !state.managed || !mayDelete) orphans.push(thereRef(there))
    else if (state.hash === there.hash) actions.push({ _tag: "delete", side: "tenant", id, there })
    else conflicts.push({ ...thereRef(there), why: "was deleted in the folder and changed in the tenant" })
  }

  for (const there of tenant) {
    if (linked.has(there.id)) continue
    if (direction === "push") unmanaged.push(thereRef(there))
    else actions.push({ _tag: "create", side: "folder", there })
  }

  return { actions, missing, orphans, unmanaged, conflicts, skipped, partners, managed: partners.size }
}

const isStamped = ({ item }: Local): boolean => item.info.sync_hash !== undefined

const nameOf = (fields: Fields): string => String(fields["name"])

/** Which side has changed since the last sync. If there is no record of a sync, both count as changed. */
const changedSince = (
  local: Local,
  there: TenantItem,
  known: Pick<ItemState, "hash" | "pulling"> | undefined
): { readonly folder: boolean; readonly tenant: boolean } => {
  const base = known?.hash
  if (isHalfPulled(local, there, known?.pulling)) return { folder: false, tenant: true }
  if (base !== undefined) {
    return {
      folder: hashBeside(local.fields, there.fields) !== base,
      tenant: hashBeside(there.fields, local.fields) !== base
    }
  }
  const stamped = local.item.info.sync_hash
  if (stamped === undefined) return { folder: true, tenant: true }
  return {
    folder: local.item.syncHash !== stamped,
    tenant: !tenantHashes(there).includes(stamped)
  }
}

/** Whether all differences are fields that an interrupted pull has not written yet. */
const isHalfPulled = ({ fields }: Local, there: TenantItem, pulling: ItemState["pulling"]): boolean =>
  pulling !== undefined && differing(fields, there.fields).every((field) => pulling[field] === fieldHash(fields[field]))

/**
 * The vendor's hashes of an item of the tenant. Some versions strip the scripts before hashing, so both forms are
 * included.
 */
const tenantHashes = ({ kind, record, values }: TenantItem): ReadonlyArray<string> => {
  const texts = (change: (text: string) => string) =>
    Object.fromEntries(
      kinds[kind].files.flatMap(({ field }) => {
        const text = values[field]
        return typeof text === "string" && text !== "" ? [[field, change(text)] as const] : []
      })
    )
  return [(text: string) => text, (text: string) => text.trim()].map((change) => syncHash(kind, record, texts(change)))
}
