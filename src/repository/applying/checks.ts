/**
 * Checks that both sides of an item are still as they were when the plan was made.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import type { RepositoryError } from "../../errors/RepositoryError.js"
import { type LocalItem, reopen } from "../folder/reading.js"
import { hashOf } from "../model/Fields.js"
import type { ItemRef } from "../Plan.js"
import { levelItem, type Local } from "../planning/checking.js"
import type { TenantItem } from "../planning/library.js"
import { keyOf, stale, type Work } from "./Work.js"

/**
 * Reads an item of the folder again. Fails with `Stale` if it was removed, replaced by another item, or cannot be read
 * any more.
 */
export const reread = (
  { created, repository }: Work,
  item: ItemRef
): Effect.Effect<LocalItem, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { id, kind, path } = item
    if (path === undefined) return yield* stale(item, "has no folder")
    const local = yield* Effect.mapError(reopen(repository.root, { kind, path }), () =>
      stale(item, "was removed from its folder or made invalid")
    )
    return local.id === id || local.id === created.get(keyOf(item))
      ? local
      : yield* stale(item, "got another id in the folder")
  })

/**
 * An item of the folder, normalized. Fails with `Stale` if its normalized fields have changed since the plan was made.
 */
export const unchangedLocal = (
  work: Work,
  item: ItemRef,
  hash: string
): Effect.Effect<Local, RepositoryError | ApiClientError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const read = yield* reread(work, item)
    const categories = item.kind === "profile" ? [] : yield* work.categories
    const local = levelItem(read, categories)
    return Either.isRight(local) && hashOf(local.right.fields) === hash
      ? local.right
      : yield* stale(item, "was changed in the folder")
  })

/** An item of the tenant. Fails with `Stale` if it was deleted, or its fields have changed since the plan was made. */
export const unchangedThere = (
  { library }: Work,
  item: ItemRef,
  tenantId: string,
  hash: string
): Effect.Effect<TenantItem, RepositoryError | ApiClientError> =>
  library[item.kind].get(tenantId).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "NotFound",
      () => Effect.succeed(undefined)
    ),
    Effect.flatMap((there) => asPlanned(item, there, hash))
  )

/** Like `unchangedThere`, but uses a listing that this run reads once for each kind. */
export const unchangedListed = (
  { listed }: Work,
  item: ItemRef,
  tenantId: string,
  hash: string
): Effect.Effect<TenantItem, RepositoryError | ApiClientError> =>
  Effect.flatMap(listed[item.kind], (all) => asPlanned(item, all.get(tenantId), hash))

const asPlanned = (item: ItemRef, there: TenantItem | undefined, hash: string) => {
  if (there === undefined) return stale(item, "was deleted in the tenant")
  return there.hash === hash ? Effect.succeed(there) : stale(item, "was changed in the tenant")
}

/** Whether the tenant has an item with this id. */
export const isThere = (
  { library }: Work,
  { kind }: ItemRef,
  tenantId: string
): Effect.Effect<boolean, ApiClientError> =>
  library[kind].get(tenantId).pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => reason === "NotFound",
      () => Effect.succeed(false)
    )
  )
