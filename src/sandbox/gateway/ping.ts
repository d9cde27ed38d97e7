/**
 * The vendor's command-line tools send this request first, to check the address of the tenant. They accept any 2xx.
 */
import * as Effect from "effect/Effect"
import { json } from "./exchange.js"
import { route } from "./router.js"

/** `GET /app/v1/ping`. */
export const ping = route("GET", "/app/v1/ping", () => Effect.succeed(json(200, "pong")), { isOpen: true })
