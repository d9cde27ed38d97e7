/**
 * The web page at `/`, and its requests under `/_sandbox/`. They need no token, are not in the request log, and no limit
 * counts them.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { parseRules } from "../Fault.js"
import { type Answer, content, empty, type Incoming } from "../gateway/exchange.js"
import { whole } from "../gateway/paging.js"
import { decoded } from "../gateway/router.js"
import type { Sandbox } from "../Sandbox.js"
import { environment } from "./environment.js"
import { eventsOf } from "./events.js"
import type { FaultDesk } from "./faultDesk.js"
import { refusal } from "./guard.js"
import { html } from "./html.js"
import type { Range } from "./lists.js"
import { withoutSecrets } from "./records.js"
import { script } from "./script/index.js"
import { style } from "./style.js"

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'"
].join("; ")

const headers = {
  "cache-control": "no-store",
  "content-security-policy": policy,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const asset = (type: string, text: string): Answer => content(200, `${type}; charset=utf-8`, text, headers)

const page = asset("text/html", html)
const assets: Readonly<Record<string, Answer>> = {
  "/": page,
  "/_sandbox/page.css": asset("text/css", style),
  "/_sandbox/page.js": asset("text/javascript", script)
}

const problem = (status: number, text: string): Answer =>
  content(status, "text/plain; charset=utf-8", `${text}\n`, headers)

const missing = problem(404, "It is not there any more.")

const orMissing = (value: object | undefined): Answer =>
  value === undefined ? missing : asset("application/json", withoutSecrets(value))

/** The requested range, with at most 300 rows. */
const rangeOf = (query: URLSearchParams): Range => ({
  offset: whole(query.get("offset")) ?? 0,
  limit: Math.min(whole(query.get("limit")) ?? 100, 300),
  search: (query.get("search") ?? "").trim()
})

const largestRule = 1024 * 1024

const readText = (incoming: Incoming): Effect.Effect<string, Answer> =>
  Effect.tryPromise({
    try: async () => {
      const decoder = new TextDecoder()
      let text = ""
      for await (const chunk of incoming.body) {
        if (text.length > largestRule) break
        text += decoder.decode(chunk, { stream: true })
      }
      return text
    },
    catch: () => problem(400, "The request was cut before its end.")
  })

/** The routes of `/` and of `/_sandbox/`. `names` are the host names of this machine. */
export const pageRoutes =
  (desk: FaultDesk, names: ReadonlyArray<string> = []) =>
  (sandbox: Sandbox.Service) => {
    const events = eventsOf(sandbox)

    const addFaults = (incoming: Incoming): Effect.Effect<Answer, Answer> =>
      readText(incoming).pipe(
        Effect.flatMap((text) => Either.mapLeft(parseRules(text), (what) => problem(400, what))),
        Effect.flatMap((rules) => desk.add(sandbox, rules)),
        Effect.as(empty(204, headers))
      )

    const make = (incoming: Incoming, list: string): Effect.Effect<Answer, Answer> =>
      readText(incoming).pipe(
        Effect.flatMap((text) =>
          Effect.try({ try: (): unknown => JSON.parse(text), catch: () => "This is not JSON." })
        ),
        Effect.flatMap((given) => sandbox.lists.make(list, given)),
        Effect.map((id) => orMissing(id === undefined ? undefined : { id })),
        // Not a status of 400: the browser would write it to its console as an error of the page.
        Effect.catchAll((wrong) =>
          typeof wrong === "string" ? Effect.succeed(orMissing({ wrong })) : Effect.fail(wrong)
        )
      )

    const answer = (incoming: Incoming): Effect.Effect<Answer, Answer> => {
      const { method, url } = incoming
      const found = assets[url.pathname]
      const [, kind, list = "", id] =
        /^\/_sandbox\/(lists|records|requests)\/(\w+)(?:\/([^/]+))?$/.exec(url.pathname) ?? []
      switch (`${method} ${kind}`) {
        case "GET lists":
          return Effect.map(sandbox.lists.rows(list, rangeOf(url.searchParams)), orMissing)
        case "POST lists":
          return make(incoming, list)
        case "GET records":
          return Effect.map(sandbox.lists.open(list, decoded(id ?? "")), orMissing)
        case "DELETE records":
          return Effect.map(sandbox.lists.remove(list, decoded(id ?? "")), (wasThere) =>
            wasThere ? empty(204, headers) : missing
          )
        case "GET requests":
          return Effect.map(sandbox.requests, (requests) => orMissing(requests.find(({ id }) => id === Number(list))))
      }
      switch (`${method === "HEAD" ? "GET" : method} ${url.pathname}`) {
        case "GET /_sandbox/events":
          return Effect.map(events.open, (reading) => ({
            status: 200,
            headers: { ...headers, "content-type": "text/event-stream" },
            body: { _tag: "Chunks", ...reading }
          }))
        // The answer holds the token, so it is a POST: the guard refuses a POST from another site.
        case "POST /_sandbox/environment":
          return Effect.succeed(asset("text/plain", environment(url.origin, sandbox.apiToken)))
        case "POST /_sandbox/faults":
          return addFaults(incoming)
        case "DELETE /_sandbox/faults":
          return Effect.as(desk.clear, empty(204, headers))
        case "POST /_sandbox/reset":
          return Effect.as(sandbox.reset, empty(204, headers))
        default:
          return Effect.succeed(
            found === undefined
              ? problem(404, "The sandbox has no such page.")
              : method === "GET" || method === "HEAD"
                ? found
                : problem(405, "Only to be looked at.")
          )
      }
    }

    return (incoming: Incoming): Effect.Effect<Answer> | undefined =>
      incoming.url.pathname === "/" || incoming.url.pathname.startsWith("/_sandbox/")
        ? Effect.suspend(() => {
            const refused = refusal(incoming, names)
            return refused === undefined ? Effect.merge(answer(incoming)) : Effect.succeed(refused)
          })
        : undefined
  }
