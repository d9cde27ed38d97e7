/**
 * Which item of the folder is which of the tenant, and what became of both since they were last in step. Pure: nothing is
 * read and nothing is sent.
 */
import type { ItemState } from "../folder/state.js"
import { differing, type Fields, fieldHash, hashBeside, hashOf } from "../model/Fields.js"
import { type Kind, kinds } from "../model/kinds.js"
import { syncHash } from "../model/syncHash.js"
import type { ItemRef, Left } from "../Plan.js"
import type { Local } from "./checking.js"
import type { TenantItem } from "./library.js"

/** What becomes of an item that was changed on both sides: nothing, or the change of one side goes over the other's. */
export type OnConflict = "fail" | "folder" | "tenant"

/** What may be done. */
export interface Rules {
  readonly direction: "push" | "pull" | "both"
  readonly onConflict: (item: ItemRef) => OnConflict
  readonly prune: boolean
  readonly recreate: boolean
  /** Both sides were read whole, and neither is empty: an item that is missing was deleted. */
  readonly mayDelete: boolean
  /** The ids by which other tenants know items of the folder: their `sync_hash` says nothing about this one. */
  readonly elsewhere: ReadonlySet<string>
}

/** One item of both sides, or of one. */
export type Linked =
  | { readonly _tag: "create"; readonly side: "tenant"; readonly local: Local }
  | { readonly _tag: "create"; readonly side: "folder"; readonly there: TenantItem }
  | { readonly _tag: "update"; readonly side: "tenant" | "folder"; readonly local: Local; readonly there: TenantItem }
  | { readonly _tag: "delete"; readonly side: "tenant"; readonly id: string; readonly there: TenantItem }
  | { readonly _tag: "delete"; readonly side: "folder"; readonly local: Local; readonly tenantId: string | undefined }
  | { readonly _tag: "record"; readonly item: ItemRef; readonly tenantId: string; readonly hash: string }
  | { readonly _tag: "forget"; readonly item: ItemRef }

/** All items of a kind. */
export interface Links {
  readonly actions: ReadonlyArray<Linked>
  readonly missing: ReadonlyArray<ItemRef>
  readonly orphans: ReadonlyArray<ItemRef>
  readonly unmanaged: ReadonlyArray<ItemRef>
  readonly conflicts: ReadonlyArray<Left>
  readonly skipped: ReadonlyArray<Left>
  /** Items of the folder that are in the tenant too: what limits are counted against. */
  readonly managed: number
  /** The tenant's items by the id in the folder. */
  readonly partners: ReadonlyMap<string, TenantItem>
}

/** An item of the folder, as plans name it. */
export const refOf = ({ item: { id, kind, name, path } }: Local): ItemRef => ({ kind, id, name, path })

/** An item of the tenant, as plans name it. */
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
  /** What is known of an item: under its own id, or under the one that it had when it was created. */
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

  /** Both sides have the item. `known.hash` is what it was when they were last in step. */
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
      if (direction === "pull") skipped.push({ ...ref, why: 'was changed in the folder; direction "pull" leaves it' })
      else update(local, there, "tenant")
    } else if (direction === "push") {
      if (rules.onConflict(ref) === "folder") update(local, there, "tenant")
      else skipped.push({ ...ref, why: 'was changed in the tenant; direction "push" leaves it' })
    } else update(local, there, "folder")
  }

  function update(local: Local, there: TenantItem, side: "tenant" | "folder"): void {
    actions.push({ _tag: "update", side, local, there })
  }

  for (const { local, state } of single) {
    const ref = refOf(local)
    const creating = state?.creating
    if (creating !== undefined) {
      // The answer of a create was not seen: whether it happened is told by what the tenant has.
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
          why: `may have been created before: several items are like it (${made.map(({ id }) => id).join(", ")}). Put the id of the right one into its info file`
        })
      } else createNew(local)
    } else if (state?.id !== undefined || (isStamped(local) && !rules.elsewhere.has(local.item.id))) lost(local, state)
    else createNew(local)
  }

  /** The folder has an item that the tenant never had. */
  function createNew(local: Local): void {
    const ref = refOf(local)
    if (direction === "pull") {
      skipped.push({ ...ref, why: 'is not in the tenant; direction "pull" leaves it' })
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
        why: `is new in the folder, and the tenant has one of this name (${same.map(({ id }) => id).join(", ")}). Put its id into the info file, or give the new one another name`
      })
    }
  }

  /** The tenant had an item of the folder, and does not have it any more. */
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

/** Which side has changed since both were in step. Without a base that is unknown, and both count as changed. */
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

/** Whether what differs is only what a pull that did not end has not written yet. */
const isHalfPulled = ({ fields }: Local, there: TenantItem, pulling: ItemState["pulling"]): boolean =>
  pulling !== undefined && differing(fields, there.fields).every((field) => pulling[field] === fieldHash(fields[field]))

/** The vendor's hash of an item of the tenant, with its scripts as they stand and as some versions strip them. */
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
