/**
 * What the vendor's command lines ask before anything else, to see whether the address is a tenant's. Any 2xx will do.
 */
import * as Effect from "effect/Effect"
import { json } from "./exchange.js"
import { route } from "./router.js"

/** `GET /app/v1/ping`. */
export const ping = route("GET", "/app/v1/ping", () => Effect.succeed(json(200, "pong")), { isOpen: true })
