/**
 * The address by which the API was called: what it hands out has to be reachable by the same name.
 */
import * as FiberRef from "effect/FiberRef"

/** Scheme, host and port; nothing outside a request. */
export const calledOrigin: FiberRef.FiberRef<string | undefined> = FiberRef.unsafeMake<string | undefined>(undefined)
