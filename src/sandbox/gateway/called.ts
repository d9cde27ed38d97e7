/**
 * The origin that the caller used for its request. The URLs in answers use the same origin, so that the caller can
 * reach them.
 */
import * as FiberRef from "effect/FiberRef"

/** Scheme, host and port; `undefined` outside a request. */
export const calledOrigin: FiberRef.FiberRef<string | undefined> = FiberRef.unsafeMake<string | undefined>(undefined)
