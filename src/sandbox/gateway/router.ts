/**
 * Which endpoint answers: the gateway's part (unknown paths, the token) and the table of endpoints.
 */
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { readWhole } from "./body.js"
import { type Answer, type Handler, type Incoming, json, noRoute, type WholeRequest } from "./exchange.js"

/** What an endpoint does, at once. A failure is an answer too: the one that ends the request early. */
export type Endpoint = (incoming: WholeRequest, id: string) => Effect.Effect<Answer, Answer>

/** An endpoint at a path. `:id` stands for one segment; of several the last counts. A trailing slash counts. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE"
  readonly path: string
  readonly endpoint: Endpoint
  /** Whether no token is asked for: the address itself has one. */
  readonly isOpen?: boolean | undefined
}

/** A part of a path as it is meant; as it is written where that cannot be told. */
export const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The id in the path, `""` where the pattern has none; nothing when the path is another. */
const match = (pattern: ReadonlyArray<string>, segments: ReadonlyArray<string>): string | undefined => {
  if (pattern.length !== segments.length) return undefined
  let id = ""
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? ""
    if (expected === ":id" && segment !== "") id = decoded(segment)
    else if (expected !== segment) return undefined
  }
  return id
}

const unauthorized = (detail: string): Answer => json(401, { detail }, { "www-authenticate": "Bearer" })

/**
 * An endpoint for every path: Kong's 404 where none is known, then what the gateway does to all others (`plugins`), then
 * 401 without the token, then 405 and the endpoints.
 */
export const router = (
  routes: ReadonlyArray<Route>,
  apiToken: string,
  plugins: (handler: Handler) => Handler
): Handler => {
  const table = routes.map((route) => ({ ...route, pattern: route.path.split("/") }))
  return (incoming) => {
    const segments = incoming.url.pathname.split("/")
    const found = table.flatMap((route) => {
      const id = match(route.pattern, segments)
      return id === undefined ? [] : [{ ...route, id }]
    })
    if (found.length === 0) {
      return Effect.as(
        Effect.logWarning(`The sandbox does not serve ${incoming.method} ${incoming.url.pathname}`),
        noRoute(randomBytes(16).toString("hex"))
      )
    }
    const answer = (incoming: Incoming) => {
      const isOpen = found.every((route) => route.isOpen === true)
      const token = /^Bearer (\S+)$/.exec(incoming.headers["authorization"] ?? "")?.[1]
      if (token === undefined && !isOpen)
        return Effect.succeed(unauthorized("Authentication credentials were not provided."))
      if (token?.toLowerCase() !== apiToken.toLowerCase() && !isOpen) {
        return Effect.succeed(unauthorized("Invalid token."))
      }
      const method = incoming.method === "HEAD" ? "GET" : incoming.method
      const route = found.find((route) => route.method === method)
      if (route === undefined) {
        const allow = found.map((route) => route.method).join(", ")
        return Effect.succeed(json(405, { detail: `Method "${incoming.method}" not allowed.` }, { allow }))
      }
      return readWhole(incoming).pipe(
        // Nobody comes between what an endpoint reads and what it writes.
        Effect.flatMap((whole) =>
          Effect.withMaxOpsBeforeYield(route.endpoint(whole, route.id), Number.MAX_SAFE_INTEGER)
        ),
        Effect.merge
      )
    }
    return plugins(answer)(incoming)
  }
}
