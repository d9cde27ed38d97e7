/**
 * Finds the endpoint for a request. Also does the gateway's part: unknown paths and the token.
 */
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { readWhole } from "./body.js"
import { type Answer, type Handler, type Incoming, json, noRoute, type WholeRequest } from "./exchange.js"

/** The names of the ids in a path: `"device_id" | "note_id"` for `/devices/{device_id}/notes/{note_id}`. */
export type IdNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | IdNames<Rest>
  : never

/** The ids in a path, by name. */
export type Ids<Path extends string> = Readonly<Record<IdNames<Path>, string>>

/** The answer of an endpoint. A failure is also an answer: one that ends the request early. */
export type Reply = Effect.Effect<Answer, Answer>

/** A method, a path and its endpoint. */
export interface Route {
  readonly method: Method
  /** `{name}` matches one segment. A trailing slash matters. */
  readonly path: string
  // The type of the ids is lost here, but `route` has checked it against the path.
  endpoint(incoming: WholeRequest, ids: Readonly<Record<string, string>>): Reply
  /** Whether the request needs no token, because the URL contains one. */
  readonly isOpen: boolean
}

type Method = "GET" | "POST" | "PATCH" | "DELETE"

/**
 * A route. The types of the ids follow from the path.
 *
 * @example
 * ```ts
 * route("GET", "/api/v1/devices/{device_id}/notes/{note_id}", (incoming, { device_id, note_id }) => …)
 * ```
 */
export const route = <const Path extends string>(
  method: Method,
  path: Path,
  endpoint: (incoming: WholeRequest, ids: Ids<Path>) => Reply,
  { isOpen = false }: { readonly isOpen?: boolean } = {}
): Route => ({ method, path, endpoint, isOpen })

/** A path segment, decoded if it is valid percent-encoding. */
export const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

interface Pattern {
  readonly route: Route
  readonly segments: ReadonlyArray<{ readonly text: string; readonly id: string | undefined }>
}

const patternOf = (route: Route): Pattern => ({
  route,
  segments: route.path.split("/").map((text) => ({ text, id: /^\{(\w+)\}$/.exec(text)?.[1] }))
})

/** The ids in a path; `undefined` if the path does not match the pattern. */
const match = (
  { segments: expected }: Pattern,
  segments: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  if (expected.length !== segments.length) return undefined
  const ids: Record<string, string> = {}
  for (const [index, { id, text }] of expected.entries()) {
    const segment = segments[index] ?? ""
    if (id !== undefined && segment !== "") ids[id] = decoded(segment)
    else if (text !== segment) return undefined
  }
  return ids
}

const idCount = ({ segments }: Pattern): number => segments.filter(({ id }) => id !== undefined).length

const unauthorized = (detail: string): Answer => json(401, { detail }, { "www-authenticate": "Bearer" })

/**
 * Answers every request. A path without a route gets Kong's 404. Then come the gateway's `plugins`, a 401 without the
 * token, a 405 for a wrong method, and the endpoint. If several routes match, the one with the fewest ids is used:
 * `/devices/search` before `/devices/{device_id}`.
 */
export const router = (
  routes: ReadonlyArray<Route>,
  apiToken: string,
  plugins: (handler: Handler) => Handler
): Handler => {
  const patterns = routes.map(patternOf).sort((one, other) => idCount(one) - idCount(other))
  return (incoming) => {
    const segments = incoming.url.pathname.split("/")
    const found = patterns.flatMap((pattern) => {
      const ids = match(pattern, segments)
      return ids === undefined ? [] : [{ ids, route: pattern.route }]
    })
    if (found.length === 0) {
      return Effect.as(
        Effect.logWarning(`The sandbox does not serve ${incoming.method} ${incoming.url.pathname}`),
        noRoute(randomBytes(16).toString("hex"))
      )
    }
    const answer = (incoming: Incoming) => {
      const isOpen = found.every(({ route }) => route.isOpen)
      const token = /^Bearer (\S+)$/.exec(incoming.headers["authorization"] ?? "")?.[1]
      if (token === undefined && !isOpen)
        return Effect.succeed(unauthorized("Authentication credentials were not provided."))
      if (token?.toLowerCase() !== apiToken.toLowerCase() && !isOpen) {
        return Effect.succeed(unauthorized("Invalid token."))
      }
      const method = incoming.method === "HEAD" ? "GET" : incoming.method
      const chosen = found.find(({ route }) => route.method === method)
      if (chosen === undefined) {
        const allow = found.map(({ route }) => route.method).join(", ")
        return Effect.succeed(json(405, { detail: `Method "${incoming.method}" not allowed.` }, { allow }))
      }
      return readWhole(incoming).pipe(
        // An endpoint runs without yielding, so no other request changes a record between its read and its write.
        Effect.flatMap((whole) =>
          Effect.withMaxOpsBeforeYield(chosen.route.endpoint(whole, chosen.ids), Number.MAX_SAFE_INTEGER)
        ),
        Effect.merge
      )
    }
    return plugins(answer)(incoming)
  }
}
