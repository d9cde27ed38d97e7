/**
 * Sets faults on the page in Chromium, and watches the requests.
 */
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { categories, click, describeInBrowser, gone, open, shown, statusOf, test } from "./browser.js"
import { call, reply, textAt, uploaded } from "./support.js"

describeInBrowser("the faults and requests of the page", () => {
  test(
    "applies a fault to the next request only",
    Effect.gen(function* () {
      const page = yield* open()
      yield* click(page, /^500/)
      yield* shown(page, "status 500: any method, any path")
      expect([yield* statusOf(), yield* statusOf()]).toEqual([500, 200])
      yield* gone(page, "status 500: any method, any path")

      yield* click(page, /^429/)
      yield* shown(page, "status 429: any method")
      const limited = yield* call("GET", categories)
      expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"])

      yield* click(page, /^403/)
      yield* shown(page, "status 403: any method")
      expect(yield* statusOf()).toBe(403)

      for (const name of [/^Cut/, /^Lost/]) {
        yield* click(page, name)
        yield* Effect.promise(() => page.locator("#faults li").waitFor())
        expect((yield* Effect.either(Effect.sandbox(statusOf())))._tag).toBe("Left")
        yield* Effect.promise(() => page.locator("#faults li").waitFor({ state: "detached" }))
      }
      expect(yield* statusOf()).toBe(200)
    })
  )

  test(
    "injects a pending installer, an expired address and a slow answer",
    Effect.gen(function* () {
      const page = yield* open()
      const file_key = yield* uploaded()
      const app = { name: "x", file_key, install_type: "package", install_enforcement: "install_once" }
      const create = call("POST", "/api/v1/library/custom-apps", { json: app })
      yield* click(page, /^503/)
      yield* shown(page, "status 503: POST, /api/v1/library/custom-apps")
      const refused = yield* create
      expect(refused.json).toEqual({ detail: "The upload is still being processed." })
      const created = yield* create
      expect(created.status).toBe(201)

      const download = Effect.promise(async () => reply(await fetch(textAt(created.json, "file_url"))))
      yield* click(page, /^Expired/)
      yield* shown(page, "expired: GET, storage, any path")
      const expired = yield* download
      expect([expired.status, /Request has expired/.test(expired.text)]).toEqual([403, true])
      expect((yield* download).status).toBe(200)

      yield* click(page, /^Slow/)
      yield* shown(page, "delay 5s: any method")
      yield* Effect.fork(statusOf())
      yield* Effect.promise(() => page.locator("#requests .status").getByText("…").waitFor())
    })
  )

  test(
    "lets the user choose count, method and path of a fault, and remove it",
    Effect.gen(function* () {
      const page = yield* open()
      yield* Effect.promise(async () => {
        await page.getByLabel("The next").fill("2")
        await page.getByLabel("requests with").selectOption("POST")
        await page.getByLabel("to", { exact: true }).selectOption("scripts")
      })
      yield* click(page, /^500/)
      yield* shown(page, "status 500: POST, /api/v1/library/custom-scripts*")
      yield* shown(page, "2 left")
      const scripts = "/api/v1/library/custom-scripts"
      expect(yield* statusOf(scripts)).toBe(200)
      expect(yield* statusOf("/api/v1/blueprints", "POST")).not.toBe(500)
      expect(yield* statusOf(scripts, "POST")).toBe(500)
      yield* shown(page, "1 left")
      yield* click(page, "Clear all faults")
      yield* gone(page, "status 500: POST")
      expect(yield* statusOf(scripts, "POST")).not.toBe(500)

      yield* Effect.promise(() => page.getByLabel("The next").fill(""))
      yield* click(page, /^500/)
      expect(yield* statusOf()).toBe(200)
    })
  )

  test(
    "can filter, pause and clear the requests, and marks those that a fault has changed",
    Effect.gen(function* () {
      const page = yield* open()
      const paths = () => Effect.promise(() => page.locator("#requests .path").allInnerTexts())
      yield* click(page, /^500/)
      yield* shown(page, "status 500: any method")
      yield* statusOf("/api/v1/broken")
      yield* statusOf("/api/v1/first")
      yield* shown(page, "/first")
      expect(yield* paths()).toEqual(["/api/v1/first", "/api/v1/broken fault"])

      yield* Effect.promise(() => page.getByLabel("Filter the requests").fill("500"))
      yield* shown(page, "1 do not fit the filter.")
      expect(yield* paths()).toEqual(["/api/v1/broken fault"])
      yield* Effect.promise(() => page.getByLabel("Filter the requests").fill(""))

      yield* click(page, "Pause")
      yield* statusOf("/api/v1/second")
      yield* shown(page, "Paused: 1 more since.")
      expect(yield* paths()).toHaveLength(2)
      yield* click(page, "Go on")
      yield* shown(page, "/second")

      yield* click(page, "Clear")
      expect(yield* paths()).toEqual([])
      yield* statusOf("/api/v1/third")
      yield* shown(page, "/third")
      expect(yield* paths()).toEqual(["/api/v1/third"])
    })
  )
})
