/**
 * Whether both sides of an item are as the plan says.
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

/** An item of the folder as it is now. Fails with `Stale` if it is gone, is another one, or cannot be read any more. */
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

/** An item of the folder, levelled. Fails with `Stale` if its levelled fields are not the planned ones. */
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

/** An item of the tenant. Fails with `Stale` if it is gone, or its fields are not the planned ones. */
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

/** `unchangedThere` as of the first time that this run asks for an item of the kind. */
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

/** Whether the tenant has an item of this id. */
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
