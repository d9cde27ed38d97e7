/**
 * Actions that change the tenant, and the sync state of its items.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { io } from "../folder/files.js"
import type { LocalItem } from "../folder/reading.js"
import { idsElsewhere, type ItemState, readState, removeState, writeState } from "../folder/state.js"
import { hashBeside, hashOf } from "../model/Fields.js"
import { kinds } from "../model/kinds.js"
import type { ItemRef } from "../Plan.js"
import { installerOf, type Local, type LocalInstaller, wantedOf } from "../planning/checking.js"
import type { TenantItem } from "../planning/library.js"
import type { Needs } from "../planning/actions.js"
import { Blueprints } from "../../services/Blueprints.js"
import { isThere, reread, unchangedLocal, unchangedThere } from "./checks.js"
import { type ActionOf, type Failure, keyOf, stale, type Work } from "./Work.js"
import { present, stampsOf, writeItem } from "./writing.js"

const failed = (what: string) => Effect.mapError(io(what))

/** Saves that both sides are equal, and writes the tenant's id into the item's info file. */
export const record = (work: Work, { hash, item, tenantId }: ActionOf<"record">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { repository, tenant } = work
    const state: ItemState = { version: 1, id: tenantId, managed: true, hash }
    const local = yield* reread(work, item)
    const { id, kind } = item
    if (id === tenantId || (yield* isKnown(work, item))) {
      return yield* writeState(repository.root, tenant, kind, id, state).pipe(failed(stateFailed(item)))
    }
    const there = yield* work.library[kind].get(tenantId)
    yield* adopt(work, local, there, state)
    work.created.set(keyOf(item), tenantId)
  })

/** Removes the sync state of an item that neither side has any more. */
export const forget = ({ repository, tenant }: Work, { item: { id, kind, name } }: ActionOf<"forget">) =>
  removeState(repository.root, tenant, kind, id).pipe(
    Effect.mapError(io(`The sync state of ${name} cannot be removed`))
  )

const stateFailed = ({ name }: ItemRef) => `The sync state of ${name} cannot be written`

/** Whether the sync state of another tenant contains the item's id in the folder. */
const isKnown = ({ repository, tenant }: Work, { id, kind }: ItemRef) =>
  Effect.map(idsElsewhere(repository.root, tenant, kind), (ids) => ids.has(id))

/**
 * Writes the tenant's id into the item's info file. The order of the steps matters: if the process is killed in
 * between, the next plan still finds the item by its old or its new id.
 */
const adopt = (work: Work, local: LocalItem, there: TenantItem, state: ItemState) =>
  Effect.gen(function* (): Effect.fn.Return<void, PlatformError, FileSystem.FileSystem> {
    const { repository, tenant, writeBack } = work
    yield* writeItem(repository.root, local, there, {
      fields: writeBack ? textFields(local) : [],
      exact: true,
      info: {
        id: there.id,
        ...(writeBack ? serverInfo(local, there) : present(local.infoFile.record, stampsOf(there)))
      }
    })
    yield* writeState(repository.root, tenant, local.kind, there.id, state)
    yield* removeState(repository.root, tenant, local.kind, local.id)
  }).pipe(failed(`The files of ${local.name} cannot be written`))

const textFields = (local: LocalItem) => kinds[local.kind].files.map(({ field }) => field)

/** The keys of an info file that `writeBack` replaces: times, identifier, and the category by its id. */
const serverInfo = (local: LocalItem, there: TenantItem) => {
  const category = there.fields["self_service_category_id"]
  return {
    ...stampsOf(there),
    ...("self_service_category_id" in local.infoFile.record && typeof category === "string"
      ? { self_service_category_id: category }
      : {})
  }
}

/** The installer that a plan uploads. Fails with `Stale` if the file was removed or changed. */
const plannedInstaller = (work: Work, local: Local, { installer, item }: ActionOf<"create"> | ActionOf<"update">) =>
  Effect.gen(function* (): Effect.fn.Return<LocalInstaller | undefined, Failure, Needs> {
    if (installer === undefined) return undefined
    const found = yield* installerOf(work.repository, local.item)
    return Either.isRight(found) && found.right.sha256 === installer.sha256
      ? found.right
      : yield* stale(item, "lost its installer")
  })

/**
 * Creates an item. The sync state is saved before the request: if the response is lost, the next plan looks the item
 * up.
 */
export const create = (work: Work, action: ActionOf<"create">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { library, onProgress, repository, tenant } = work
    const { hash, item } = action
    const { id, kind } = item
    const local = yield* unchangedLocal(work, item, hash)
    const known = yield* readState(repository.root, tenant, kind, id)
    yield* checkNew(work, action, local, known)
    const installer = yield* plannedInstaller(work, local, action)
    const now = DateTime.formatIso(yield* DateTime.now)
    const write = (state: ItemState) =>
      writeState(repository.root, tenant, kind, id, state).pipe(failed(stateFailed(item)))
    yield* write({
      version: 1,
      managed: false,
      creating: { name: String(local.fields["name"]), hash: hashOf(local.fields), at: now }
    })
    yield* Effect.uninterruptibleMask((restore) =>
      restore(library[kind].create(wantedOf(local.item, installer), { onProgress })).pipe(
        Effect.tapError((error) => {
          if (!isRefusal(error)) return Effect.void
          return known === undefined
            ? removeState(repository.root, tenant, kind, id).pipe(failed(stateFailed(item)))
            : write(known)
        }),
        Effect.flatMap((there) =>
          Effect.gen(function* () {
            work.created.set(keyOf(item), there.id)
            const state: ItemState = {
              version: 1,
              id: there.id,
              managed: true,
              hash: hashBeside(there.fields, local.fields)
            }
            if (yield* isKnown(work, item)) yield* write(state)
            else yield* adopt(work, local.item, there, state)
          })
        )
      )
    )
  })

/** Fails with `Stale` if an earlier run of the same plan has already created the item. */
const checkNew = (work: Work, { hash, item }: ActionOf<"create">, local: Local, known: ItemState | undefined) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure> {
    if (known?.id !== undefined && (yield* isThere(work, item, known.id))) return yield* stale(item, "was created")
    if (known?.creating === undefined) return
    const { items } = yield* work.library[item.kind].list
    const name = local.fields["name"]
    if (items.some((there) => there.fields["name"] === name && there.hash === hash)) {
      return yield* stale(item, "was created")
    }
  })

/** Whether an error proves that nothing was created. Without a response, or after a 5xx, the item may exist. */
const isRefusal = (error: Failure): boolean => {
  switch (error._tag) {
    case "RepositoryError":
    case "PayloadTransferError":
      return true
    case "PayloadIntegrityError":
      return false
    case "ApiClientError":
      return (
        error.reason === "InvalidArgument" ||
        error.reason === "Refused" ||
        (error.status !== undefined && error.status >= 400 && error.status < 500)
      )
  }
}

export const update = (work: Work, action: ActionOf<"update">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { library, onProgress, repository, tenant, writeBack } = work
    const { folderHash, item, tenantHash, tenantId } = action
    const { kind } = item
    const local = yield* unchangedLocal(work, item, folderHash)
    const installer = yield* plannedInstaller(work, local, action)
    const before = yield* unchangedThere(work, item, tenantId, tenantHash)
    yield* Effect.uninterruptibleMask((restore) =>
      restore(library[kind].update(before, wantedOf(local.item, installer), { onProgress })).pipe(
        Effect.flatMap((there) =>
          Effect.gen(function* () {
            yield* writeItem(repository.root, local.item, there, {
              fields: writeBack ? textFields(local.item) : [],
              exact: true,
              info: writeBack ? serverInfo(local.item, there) : present(local.item.infoFile.record, stampsOf(there))
            })
            yield* writeState(repository.root, tenant, kind, local.item.id, {
              version: 1,
              id: tenantId,
              managed: true,
              hash: hashBeside(there.fields, local.fields)
            })
          }).pipe(failed(`The files of ${item.name} cannot be written`))
        )
      )
    )
  })

/** Assigns an item to a Blueprint. */
export const assign = (work: Work, { blueprint, item, node, tenantId }: ActionOf<"assign">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const id = tenantId ?? work.created.get(keyOf(item))
    if (id === undefined) return yield* stale(item, "was not created by this run")
    const blueprints = yield* Blueprints
    yield* blueprints.assign(blueprint.id, {
      library_item_id: id,
      ...(node === undefined ? {} : { assignment_node_id: node })
    })
  })

/** Deletes an item that was deleted in the folder. */
export const remove = (work: Work, { hash, item, tenantId }: ActionOf<"delete">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { library, repository, tenant } = work
    const { id, kind } = item
    if (tenantId === undefined) return yield* stale(item, "lost its id")
    if (repository.items.some((local) => local.kind === kind && (local.id === id || local.id === tenantId))) {
      return yield* stale(item, "was added to the folder again")
    }
    const state = yield* readState(repository.root, tenant, kind, id)
    if (state?.managed !== true || state.id !== tenantId)
      return yield* stale(item, "stopped being managed by the folder")
    if (yield* isThere(work, item, tenantId)) {
      yield* unchangedThere(work, item, tenantId, hash)
      yield* library[kind].delete(tenantId)
    }
    yield* removeState(repository.root, tenant, kind, id).pipe(failed(stateFailed(item)))
  })
